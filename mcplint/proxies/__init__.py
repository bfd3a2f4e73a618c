"""Proxies other than nginx, as rules that requests may take: Ingresses, Traefik's labels, HAProxy."""
