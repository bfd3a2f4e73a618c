"""Caddy: https://caddyserver.com/docs/caddyfile"""
