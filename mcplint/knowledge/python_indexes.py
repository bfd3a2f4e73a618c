"""Which indexes of Python packages hold today what the public one does.

Source: the help page of each mirror. An index of one's own may hold any releases.
"""

from __future__ import annotations

from mcplint.text.urls import host

_PUBLIC = frozenset(
    (
        *("pypi.org", "pypi.python.org", "files.pythonhosted.org", "pypi.tuna.tsinghua.edu.cn", "mirrors.aliyun.com"),
        *("pypi.mirrors.ustc.edu.cn", "mirrors.ustc.edu.cn", "mirrors.cloud.tencent.com", "repo.huaweicloud.com"),
        *("mirrors.bfsu.edu.cn", "mirror.sjtu.edu.cn", "mirrors.huaweicloud.com", "mirrors.tuna.tsinghua.edu.cn"),
    )
)
"""The hosts of the public index and of its mirrors."""


def is_other_index(said: str | None) -> bool:
    """Whether an index that is named is another one than the public one and its mirrors."""
    return bool(said) and host(said or "") not in _PUBLIC


def is_folder(said: str | None) -> bool:
    """Whether packages are taken from a folder beside the index."""
    return bool(said) and "://" not in (said or "").removeprefix("file://")
