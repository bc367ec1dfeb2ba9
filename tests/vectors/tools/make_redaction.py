"""Writes redaction.json: what an audit line must not show of arguments, and what looks like it."""

import base64
import json
from pathlib import Path

HEX = "0123456789abcdef"
MIXED = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2dE3fG4hI5j"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJleGVjIn0.c2lnbmF0dXJlLg"
BASIC = "dXNlcjpwYXNzd29yZA=="

# Names of arguments whose value is one, whatever it is.
SECRET_KEYS = """
password Password PASSWORD passwords db_password dbPassword DB-PASSWORD userPassword password_hash
passwordConfirmation new_password oldPassword password2 root.password passwd mysql_passwd
passphrase keyPassphrase key_passphrases passcode pwd dbPwd user_pwd secret secrets clientSecret
client-secret client_secrets webhook_secret sharedSecret secretKey aws_secret_access_key token
Token access_token accessToken access_tokens accessTokens refresh_tokens auth_tokens apiTokens
bearerTokens session_tokens id_token idTokens csrf-token token1 token_value oauth_tokens apikey
apiKey api_key api-keys apiKeys X-Api-Key api_keys_by_env credential credentials awsCredentials
private_key privateKeys private-key-pem access_key accessKeys accessKeyId signing_key signingKeys
encryption-key encryptionKeys decryption_key masterKey sharedAccessKey account_key
storageAccountKey sessionKey auth_key hmac_key authorization Authorization proxy-authorization
authHeader basic_auth cookie Cookies set-cookie session_cookies PHPSESSID pass db_pass smtpPass
keyPass jwt user_jwt jwts otp_code totp auth pw dbPw ssh_key sshKeys policy_password consent_token
secretary_password
"""
# Other spellings of their letters.
SPELT_KEYS = [
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
    "pa\u017fsword",
    "pass\u200bword",
    "\U0001d42d\U0001d428\U0001d424\U0001d41e\U0001d427",
]

# Texts that show one, under a key that says nothing.
SECRET_TEXTS = [
    # HTTP credentials and headers
    "Bearer abcdefghijkl",
    "bearer " + MIXED[:20],
    "BEARER  " + HEX,
    f"Basic {BASIC}",
    "basic YWRtaW46aHVudGVyMg",
    f"authorization: basic {BASIC}",
    f"Authorization: Bearer {MIXED}",
    "Authorization: token 0123456789abcdef0123",
    "Authorization: AWS4-HMAC-SHA256 Credential=abc",
    "Proxy-Authorization: Negotiate YIIabcdefg",
    "X-Api-Key: 7f3a9c21",
    "x-api-key:7f3a9c21",
    "X-Auth-Token: 7f3a9c21",
    "PRIVATE-TOKEN: 7f3a9c21",
    "X-Amz-Security-Token: IQoJb3JpZ2luX2Vj",
    "Cookie: sid=31d4d96e407aad42",
    "Set-Cookie: id=a3fWa; Secure; HttpOnly",
    'curl -H "Authorization: Bearer abc.def" https://api.example.com',
    "curl -H 'X-Api-Key: 7f3a9c21' https://api.example.com",
    "curl -u admin:hunter2 https://api.example.com",
    "curl --user admin:hunter2 https://api.example.com",
    "ba\u017fic " + BASIC,
    # JSON web tokens
    JWT,
    f"see {JWT} here",
    f"id_token={JWT}",
    f"https://example.com/#id={JWT}",
    JWT.rpartition(".")[0],
    "eyJhbGciOiJkaXIifQ..aXZpdml2aXY.Y2lwaGVydGV4dA.dGFndGFndGFn",
    # URLs
    "https://user:hunter2@example.com/path",
    "postgres://app:s3cr3t@db.example.com:5432/app",
    "postgresql://app:p%40ss@localhost/app?sslmode=require",
    "mysql://root:toor@127.0.0.1/db",
    "mongodb+srv://app:s3cr3t@cluster0.example.net/test",
    "redis://:s3cr3t@localhost:6379/0",
    "amqp://guest:guest@rabbit:5672",
    "ftp://anna:letmein@ftp.example.com/a.txt",
    "git clone https://anna:abcd1234@git.example.com/r.git",
    "https://x-access-token:abc123@github.com/o/r",
    "https://0123456789abcdef01234567@sentry.example.com/1",
    "https://example.com/cb?token=7f3a9c21",
    "https://example.com/cb?a=1&access_token=7f3a9c21",
    "https://example.com/?api_key=7f3a9c21&x=1",
    "https://example.com/?apiKey=7f3a9c21",
    "https://example.com/?client_secret=7f3a9c21",
    "https://example.com/login?password=hunter2",
    "https://a.blob.core.windows.net/c?sv=2022&sig=abc%2Fdef%3D",
    "https://s3.example.com/o?X-Amz-Signature=0123456789abcdef",
    "wss://example.com/socket?jwt=7f3a9c21",
    "https://maps.example.com/?key=" + MIXED[:39],
    "https://hooks.slack.com/services/T01234567/B01234567/" + MIXED[:24],
    "https://discord.com/api/webhooks/123456789012345678/" + MIXED,
    # Connection strings, settings and commands
    "Server=db;Database=app;User Id=sa;Password=hunter2;",
    "Server=db;Uid=sa;Pwd=hunter2",
    "host=localhost user=app password=hunter2 dbname=app",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc+/def==;",
    "Endpoint=sb://a.example.net/;SharedAccessKey=abc123=",
    "password=hunter2",
    "password = hunter2",
    "password: hunter2",
    "PASSWORD:hunter2",
    "PGPASSWORD=hunter2 psql -h db",
    "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG",
    "DB_PASSWORD='hunter2'",
    'api_key = "7f3a9c21"',
    "client_secret: 7f3a9c21",
    "API_KEYS=one,two",
    "refresh_token=7f3a9c21",
    "secret=7f3a9c21",
    "spring.datasource.password=hunter2",
    '{"password":"hunter2"}',
    '{"user": "anna", "apiKey" : "7f3a9c21"}',
    '{\\"token\\":\\"7f3a9c21\\"}',
    "{'client_secret': '7f3a9c21'}",
    'config["password"] = "hunter2"',
    "passphrase: correct horse battery staple",
    "mysql --password=hunter2 app",
    "tool --token 7f3a9c21 run",
    "tool --api-key 7f3a9c21",
    "docker login --username anna --password hunter2",
    "ALTER USER anna WITH PASSWORD 'hunter2'",
    "CREATE USER 'a'@'b' IDENTIFIED BY 'hunter2'",
    '<connection password="hunter2"/>',
    "pa\u017fsword: hunter2",
    "pass\u200bword=hunter2",
    "password\u00a0=\u00a0hunter2",
    "password\t=\thunter2",
    "'password' => 'hunter2'",
    "password:\n  hunter2",
    "Password:\n\nhunter2\n",
    "Authorization:\r\n " + MIXED,
    "<password>hunter2</password>",
    "<db><user>anna</user><clientSecret>7f3a9c21</clientSecret></db>",
    "curl -uadmin:hunter2 https://api.example.com",
    "curl --user=admin:hunter2 https://api.example.com",
    "mysql -u root -phunter2 app",
    "sshpass -p hunter2 ssh anna@host",
    "sshpass -phunter2 ssh anna@host",
    "machine example.com login anna password hunter2",
    "machine example.com\n  login anna\n  password hunter2",
    # Private keys
    "-----BEGIN PRIVATE KEY-----\nMC4C",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "-----BEGIN EC PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "key: |\n  -----BEGIN DSA PRIVATE KEY-----",
    "-----BEG\u0131N PRIVATE KEY-----",
    "MC4CAQAwBQYDK2VwBCIEI" + MIXED[:22],
    "MIIEvQIBADAN" + MIXED[:30],
    "MHcCAQEEI" + MIXED[:30],
    "MIGHAgEAMBMGByqGSM49AgEG+" + MIXED[:30],
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE" + MIXED[:30],
    base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE").decode(),
    base64.b64encode(b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r").decode(),
    "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    # Keys of services
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ASIA" + "IOSFODNN7EXAMPLE",
    "aws id AKIA" + "IOSFODNN7EXAMPLE in the log",
    "ghp_" + MIXED[:36],
    "gho_" + MIXED[:36],
    "ghs_" + MIXED[:36],
    "ghr_" + MIXED[:36],
    "ghu_" + MIXED[:36],
    "github_pat_" + MIXED[:22] + "_" + MIXED,
    "glpat-" + MIXED[:20],
    "sk-" + MIXED,
    "sk-proj-" + MIXED,
    "sk-ant-api03-" + MIXED,
    "sk_live_" + MIXED[:24],
    "sk_test_" + MIXED[:24],
    "rk_live_" + MIXED[:24],
    "whsec_" + MIXED[:32],
    "xoxb-" + "123456789012-abcdefghij",
    "xoxp-" + "123456789012-abcdefghij",
    "xapp-" + "1-A0123456789-abc",
    "AIza" + MIXED[:35],
    "ya29." + MIXED,
    "GOCSPX-" + MIXED[:28],
    "npm_" + MIXED[:36],
    "pypi-AgE" + MIXED,
    "hf_" + MIXED[:34],
    "SG." + MIXED[:22] + "." + MIXED[:43],
    "hvs." + MIXED,
    "dop_v1_" + HEX * 4,
    "shpat_" + HEX * 2,
    "glsa_" + MIXED[:32] + "_0a1b2c3d",
    "dapi" + HEX * 2,
    "key-" + HEX * 2,
    "gsk_" + MIXED,
    "123456789:AA" + MIXED[:33],
    "dckr_pat_" + MIXED[:27],
]

HARMLESS_KEYS = """
path query name id url message content text key keys monkey keyboard keyword primary_key
foreignKey public_key publicKeys sort_key cache-key partition_key key_id keyName token_count
tokens max_tokens maxTokens prompt_tokens completionTokens total_tokens tokenizer tokenize author
authors authority authored_by auth_type passenger passengers passage compass bypass passive
pass_count passport secs section sector second access accessed_at accessor accession basic basis
credit credits creditor cooked cook private privacy is_private session session_id signature
assigned design signer signal bear bearing word words reword sword passed crossword keystone
masterpiece hash checksum digest nonce secretary secretaries page_token nextPageToken next_token
pad_token bos_token eos_token stop_token cookie_consent password_policy secretPolicy authentic pwm
"""

HARMLESS_TEXTS = [
    "Password reset instructions",
    "Enter your password:",
    "Please choose a password.",
    "the secret of success",
    "a bearer of good news",
    "Basic understanding of physics",
    "basic authentication is explained below",
    "basic information about the customer",
    "The basics",
    "tokens: 512",
    "token: 17",
    "max_tokens=100",
    "the token budget is 4096",
    "token == other",
    "token != nil",
    "token := next()",
    "Token::new()",
    "password: string",
    "password?: string",
    "password: ${DB_PASSWORD}",
    "password=$DB_PASSWORD",
    "password: <your password>",
    "password: ********",
    "password=",
    "api_key: {{ api_key }}",
    "token: ${{ secrets.TOKEN }}",
    "password=process.env.DB_PASSWORD",
    "password = os.environ['DB_PASSWORD']",
    "api_key: null",
    "secret: true",
    "Authorization: <token>",
    "credentials: include",
    "credentials: same-origin",
    "POSTGRES_PASSWORD_FILE=/run/secrets/pg",
    "docker login --password-stdin registry.example.com",
    "tool --token-file /run/token",
    "tool --password",
    "monkey=banana",
    "key=value",
    "primary_key: id",
    "public_key: abcdef",
    "author: Jane Doe",
    "keyboard: qwerty",
    "sort_key=name",
    "https://example.com/",
    "https://example.com/path?tokens=5",
    "https://example.com/path?page=2&sort=name",
    "https://example.com/@anna/post",
    "https://anna@example.com/",
    "https://example.com:8443/a:b@c",
    "http://localhost:8080/a?b=c@d",
    "ssh://git@github.com/o/r.git",
    "git@github.com:o/r.git",
    "mailto:anna@example.com",
    "anna@example.com",
    "postgres://localhost/app",
    "postgres://app@localhost/app",
    "postgres://app:${DB_PASSWORD}@localhost/app",
    "redis://localhost:6379/0",
    "https://example.com/?sig=1",
    "https://example.com/?signature=none",
    "-----BEGIN CERTIFICATE-----\nMIIB",
    "-----BEGIN PUBLIC KEY-----\nMCow",
    "-----BEGIN CERTIFICATE REQUEST-----",
    "----- begin of the private keys chapter",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc anna@host",
    "sk-learn",
    "sk-learn-is-a-library-for-python",
    "skip-this-one",
    "task-0123456789012345678901234567",
    "ghp_short",
    "AKIA",
    "AKIAshort",
    "AKIAlowercaseonlytext",
    "AIza",
    "hf_model",
    "npm_config_cache=/tmp",
    "npm install left-pad",
    "pypi-mirror.example.com",
    "xoxo, anna",
    "key-value stores",
    "SG.1",
    "dapi",
    "eyJ",
    "eyJhbGciOiJFZERTQSJ9",
    "eyebrow.eyelash.eyelid",
    "1.2.3",
    "550e8400-e29b-41d4-a716-446655440000",
    HEX * 4,
    "sha256:" + HEX * 4,
    "2026-02-17T14:32:01.583Z",
    "12:30",
    "00:1b:44:11:3a:b7",
    "fe80::1",
    "/workspace/secrets/readme.md",
    "/etc/passwd",
    "C:\\Users\\anna\\passwords.txt",
    "grep -rn password src/",
    "SELECT password FROM users",
    "UPDATE users SET password = NULL",
    "ps -u root",
    "curl -u anna https://example.com",
    "docker run -u 1000:1000 image",
    "if (a == b) return c;",
    "x = 1; y = 2",
    "data:image/png;base64,iVBORw0KGgo=",
    "import cookie from 'cookie'",
    "line one\nline two",
    '{"a": 1}',
    '{"max_tokens": 100}',
    "Ünïcödé — and “quotes”",
    "日本語のテキスト",
    "🙂🙂🙂",
    "",
    " ",
    "x" * 3000,
    "The cookie jar is empty",
    "Digest of the day",
    "bearer",
    "bearer instruments",
    "Bearer certificates of deposit",
    "secretary: Ms Jones",
    "unexpected token: }",
    "SyntaxError: Unexpected token: ','",
    "CSRF token: missing",
    "password: incorrect",
    "password = getpass()",
    "token = get_token('x')",
    "const token = await login();",
    "token => token.trim()",
    "PWD=/home/anna",
    "OLDPWD=~/src",
    "page_token=CAEQAA",
    "nextPageToken: abcdef",
    "auth: basic",
    "Enter your password:\nThen choose a project.",
    "credentials:\n  s3:\n",
    "Authorization:\r\n\r\n",
    "password\u00a0: string",
    "<password></password>",
    "<password> is required",
    "tool --password <password> --user anna",
    "curl -u",
    "curl --url=localhost:8080/a",
    "mysql -u root -p app",
    "docker run -p8080:80 mysql",
    "mysql && docker run -p3306:3306 image",
    "mysqldump app; find . -print",
    "mkdir -p sshpass",
    "ssh -p 22 host",
    "sshpass -p $SSHPASS ssh host",
    "the login page asks for a password again",
    "machine learning: login, password and session",
    "https://example.com/?key=name",
    "https://example.com/?key=123",
    "https://hooks.slack.com/services/",
    "https://discord.com/developers/docs/resources/webhook",
    "MHcCAQEE",
    base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU").decode(),
    "Bearer token",
    "see RFC 6750 for bearer tokens",
    "two-factor authentication",
    "passwordless login",
    "a:b:c:d",
    "user:group",
    "123456789:short",
    "v1.2.3-rc.1+build.5",
]

# Cases whose place, or whose kind of value, matters.
SECRET_ARGUMENTS = [
    ({"password": 7}, ["/password"]),
    ({"password": None}, ["/password"]),
    ({"credentials": {"user": "a"}}, ["/credentials"]),
    ({"api_keys": ["a", "b"]}, ["/api_keys"]),
    ({"deep": [{"Password": "x"}]}, ["/deep/0/Password"]),
    ({"headers": ["Accept: */*", "X-Api-Key: 7f3a9c21"]}, ["/headers/1"]),
    ({"headers": {"Authorization": "x", "Accept": "*/*"}}, ["/headers/Authorization"]),
    ({"env": {"DB_PASSWORD": "x", "HOME": "/root"}}, ["/env/DB_PASSWORD"]),
    ({"a/b~c": {"token": "x"}}, ["/a~1b~0c/token"]),
    ({"headers": [{"name": "Authorization", "value": "x"}]}, ["/headers/0/value"]),
    ({"env": [{"Name": "DB_PASSWORD", "Value": "x"}]}, ["/env/0/Value"]),
    ({"filter": {"field": "api_key", "op": "eq", "values": ["x"]}}, ["/filter/values"]),
    ({"headers": [["Accept", "*/*"], ["Authorization", "x"]]}, ["/headers/1/1"]),
    ({"argv": ["tool", "--password", "hunter2"]}, ["/argv/2"]),
    ({"argv": ["/usr/bin/curl", "-u", "anna:hunter2", "https://h"]}, ["/argv/2"]),
    ({"argv": ["mysql", "-phunter2", "app"]}, ["/argv/1"]),
    ({"argv": ["sshpass", "-p", "hunter2", "ssh", "host"]}, ["/argv/2"]),
    ({"argv": ["sshpass", "-phunter2", "ssh", "host"]}, ["/argv/1"]),
    ({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "a", "d": "b"}}, ["/jwk/d"]),
    ({"jwk": {"kty": "oct", "k": "b"}}, ["/jwk/k"]),
    ({"tokens": [MIXED]}, ["/tokens"]),
    ({"password\u200b": 1}, ["/password\u200b"]),
    ({"map": {f"Bearer {MIXED}": 1}}, ["/map"]),
]

HARMLESS_ARGUMENTS = [
    {"headers": [{"name": "Accept", "value": "*/*"}]},
    {"fields": [{"name": "password", "type": "text"}]},
    {"name": "password", "text": "x"},
    {"headers": [["Accept", "*/*"], ["Host", "example.com"]]},
    {"columns": ["password", "email"]},
    {"rows": [["password", "email", "name"]]},
    {"argv": ["tool", "--name", "x", "--password-stdin"]},
    {"argv": ["tool", "--password", "--verbose"]},
    {"argv": ["docker", "run", "-p", "8080:80", "-u", "1000:1000", "mysql"]},
    {"argv": ["mysql", "-p", "app"]},
    {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "a"}},
    {"point": {"p": 1, "d": 2, "k": 3}},
    {"tokens": ["the", "quick", "brown"]},
    {"tokens": 512},
]


def vectors() -> dict[str, list[dict[str, object]]]:
    secrets = [
        {"source": "a key of a secret", "arguments": {key: "x"}, "redacted": [f"/{key}"]}
        for key in [*SECRET_KEYS.split(), *SPELT_KEYS]
    ]
    secrets += [
        {"source": "the shape of a secret", "arguments": {"note": text}, "redacted": ["/note"]}
        for text in SECRET_TEXTS
    ]
    secrets += [
        {"source": "the place of a secret", "arguments": arguments, "redacted": redacted}
        for arguments, redacted in SECRET_ARGUMENTS
    ]
    harmless = [
        {"source": "the key of something else", "arguments": {key: "x"}}
        for key in HARMLESS_KEYS.split()
    ]
    harmless += [
        {"source": "the shape of something else", "arguments": {"note": text}}
        for text in HARMLESS_TEXTS
    ]
    harmless += [
        {"source": "the place of something else", "arguments": arguments}
        for arguments in HARMLESS_ARGUMENTS
    ]
    return {"secrets": secrets, "harmless": harmless}


def main() -> None:
    lists = vectors()
    rows = ",\n".join(
        f'"{name}": [\n' + ",\n".join(f" {json.dumps(row)}" for row in rows) + "\n]"
        for name, rows in lists.items()
    )
    path = Path(__file__).parents[1] / "redaction.json"
    path.write_text(f"{{{rows}}}\n")
    print({name: len(rows) for name, rows in lists.items()})


if __name__ == "__main__":
    main()
