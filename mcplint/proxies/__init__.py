"""Proxies other than nginx, as ways that requests may take: Ingresses, Traefik's labels, HAProxy."""
