"""Volumes of Secrets as kubelet writes them (pkg/volume/util/atomic_writer.go)."""

from __future__ import annotations

import shutil
from pathlib import Path


def kubelet_volume(directory: Path, files: dict[str, bytes], day: str = "..2026_11_30_1") -> None:
    """Lays out a volume, or swaps what it holds; ``day`` differs from the one before."""
    data = directory / "..data"
    before = data.readlink() if data.is_symlink() else None
    (directory / day).mkdir()
    for name, text in files.items():
        (directory / day / name).parent.mkdir(exist_ok=True)
        (directory / day / name).write_bytes(text)
    (directory / "..data_tmp").symlink_to(day)
    (directory / "..data_tmp").rename(data)
    shown = {name.partition("/")[0] for name in files}
    for name in shown:
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"..data/{name}")
    for path in directory.iterdir():
        if path.is_symlink() and not path.name.startswith("..") and path.name not in shown:
            path.unlink()
    if before is not None:
        shutil.rmtree(directory / before)
