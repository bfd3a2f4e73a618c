"""Packages of Debian 13 and of Alpine that bring none of the programs that make accounts."""

from __future__ import annotations

WITHOUT_ADDUSER = frozenset(
    (
        *("acl", "antiword", "apt-transport-https", "aria2", "attr", "autoconf", "automake", "bash"),
        *("bash-completion", "bat", "bind9-dnsutils", "bind9-host", "build-essential", "busybox", "bzip2"),
        *("ca-certificates", "caddy", "cargo", "catdoc", "certbot", "clang", "cmake", "curl"),
        *("debian-archive-keyring", "default-libmysqlclient-dev", "default-mysql-client", "dos2unix", "dumb-init"),
        *("expect", "fd-find", "file", "fontconfig", "fonts-dejavu", "fonts-dejavu-core", "fonts-liberation"),
        *("fonts-noto-cjk", "freetds-dev", "fzf", "g++", "gcc", "gettext", "gettext-base", "gfortran", "gh"),
        *("golang", "gosu", "graphviz", "htop", "iproute2", "ipset", "iptables", "iputils-ping", "jq", "krb5-user"),
        *("less", "libasound2t64", "libbz2-dev", "libcairo2", "libcap2-bin", "libclang-dev"),
        *("libcurl4-openssl-dev", "libcurl4t64", "libdrm2", "libevent-dev", "libffi-dev", "libgbm1"),
        *("libgdk-pixbuf-2.0-0", "libgeos-dev", "libgit2-dev", "libgl1", "libglib2.0-0t64", "libgomp1"),
        *("libhdf5-dev", "libheif1", "libicu-dev", "libimage-exiftool-perl", "libjpeg-dev", "libjpeg62-turbo"),
        *("libkrb5-dev", "liblapack-dev", "libldap-common", "libldap-dev", "libldap2-dev", "liblzma-dev"),
        *("libmagic-dev", "libmariadb-dev", "libmariadb3", "libmemcached-dev", "libncurses-dev", "libnspr4"),
        *("libnss3", "libomp-dev", "libopenblas-dev", "libopenjp2-7", "libpango-1.0-0", "libpangocairo-1.0-0"),
        *("libpangoft2-1.0-0", "libpng-dev", "libportaudio2", "libpq-dev", "libpq5", "libproj-dev"),
        *("libreadline-dev", "librsvg2-bin", "libsasl2-dev", "libseccomp2", "libsm6", "libsndfile1"),
        *("libspatialindex-dev", "libsqlite3-dev", "libssl-dev", "libtiff6", "libtool", "libusb-1.0-0", "libwebp7"),
        *("libx11-6", "libxcb1", "libxcomposite1", "libxdamage1", "libxext6", "libxfixes3", "libxkbcommon0"),
        *("libxml2", "libxml2-dev", "libxrandr2", "libxrender1", "libxslt1-dev", "libxslt1.1", "libyaml-dev"),
        *("llvm", "locales", "lsof", "make", "man-db", "mariadb-client", "mediainfo", "mupdf-tools", "musl-dev"),
        *("musl-tools", "nano", "net-tools", "netcat-openbsd", "netcat-traditional", "nginx", "ninja-build"),
        *("nodejs", "openssl", "p7zip-full", "pandoc", "patch", "perl", "php-cli", "pkg-config", "pkgconf"),
        *("portaudio19-dev", "postgresql-client", "procps", "proj-bin", "psmisc", "pwgen", "python-is-python3"),
        *("python3", "python3-dev", "python3-magic", "python3-numpy", "python3-pip", "python3-venv", "qpdf"),
        *("ripgrep", "rsync", "ruby", "rustc", "screen", "shared-mime-info", "shellcheck", "socat", "sox"),
        *("sqlite3", "subversion", "sudo", "supervisor", "swig", "telnet", "tesseract-ocr", "tesseract-ocr-eng"),
        *("tini", "tk-dev", "tmux", "traceroute", "tree", "tzdata", "tzdata-legacy", "unixodbc", "unixodbc-dev"),
        *("unrtf", "unzip", "util-linux", "uuid-dev", "vim", "wget", "whois", "xvfb", "xz-utils", "yq", "zip"),
        *("zlib1g", "zlib1g-dev", "zsh"),
    )
)
"""Packages of Debian 13 of which neither their dependencies nor what these recommend lead to `adduser`.

Followed through the index of trixie/main (amd64): the first of alternatives, and all providers of a virtual package.
"""
ALONE_WITHOUT_ADDUSER = WITHOUT_ADDUSER | frozenset(
    (
        *("default-jre-headless", "espeak-ng", "ffmpeg", "ghostscript", "git", "git-lfs", "gpg", "imagemagick"),
        *("libdbus-1-3", "mailutils", "maven", "mercurial", "nmap", "npm", "openjdk-21-jre-headless", "rsyslog"),
        *("sshpass", "syslog-ng", "texlive-latex-base"),
    )
)
"""The same where what is recommended is not installed."""
WITHOUT_SHADOW = frozenset(
    (
        *("bash", "brotli-dev", "build-base", "bzip2", "ca-certificates", "cargo", "chromium", "cmake"),
        *("curl", "dumb-init", "ffmpeg", "file", "freetype-dev", "g++", "gcc", "gcompat", "git", "git-lfs", "gnupg"),
        *("icu-libs", "jpeg-dev", "jq", "libc-dev", "libc6-compat", "libffi", "libffi-dev", "libgcc", "libpq"),
        *("libpq-dev", "libstdc++", "libxml2", "libxml2-dev", "libxslt", "libxslt-dev", "linux-headers", "make"),
        *("mariadb-connector-c-dev", "musl-dev", "nodejs", "npm", "openssl", "openssl-dev", "pkgconf", "pkgconfig"),
        *("postgresql-client", "postgresql-dev", "py3-pip", "python3", "python3-dev", "rust", "sqlite", "su-exec"),
        *("tar", "tini", "tzdata", "unzip", "wget", "xz", "zip", "zlib-dev"),
    )
)
"""Packages of Alpine that depend on no `shadow`, which is for those that map user ids."""
