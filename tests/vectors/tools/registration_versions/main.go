// Judges versions by the library that the registry of mcp-mesh uses, github.com/Masterminds/semver/v3
// v3.3.1. Reads {"constraints", "versions"} from standard input; see make_registration_versions.py.
package main

import (
	"encoding/json"
	"os"

	"github.com/Masterminds/semver/v3"
)

type constraint struct {
	Constraint string   `json:"constraint"`
	Takes      []string `json:"takes"` // absent for what is no constraint
}

func main() {
	var asked struct{ Constraints, Versions []string }
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	answer := struct {
		Constraints    []constraint        `json:"constraints"`
		NotConstraints []string            `json:"not_constraints"`
		NotVersions    []string            `json:"not_versions"`
		Above          map[string][]string `json:"above"` // version -> those below it
	}{Above: map[string][]string{}}
	versions := map[string]*semver.Version{}
	for _, text := range asked.Versions {
		version, err := semver.NewVersion(text)
		if err != nil {
			answer.NotVersions = append(answer.NotVersions, text)
			continue
		}
		versions[text] = version
	}
	for _, text := range asked.Constraints {
		read, err := semver.NewConstraint(text)
		if err != nil {
			answer.NotConstraints = append(answer.NotConstraints, text)
			continue
		}
		row := constraint{text, []string{}}
		for _, version := range asked.Versions {
			if versions[version] != nil && read.Check(versions[version]) {
				row.Takes = append(row.Takes, version)
			}
		}
		answer.Constraints = append(answer.Constraints, row)
	}
	for _, high := range asked.Versions {
		for _, low := range asked.Versions {
			if versions[high] != nil && versions[low] != nil && versions[low].LessThan(versions[high]) {
				answer.Above[high] = append(answer.Above[high], low)
			}
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(answer); err != nil {
		panic(err)
	}
}
