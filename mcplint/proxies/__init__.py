"""Proxies in front of servers, whatever program they are: all end in routes."""
