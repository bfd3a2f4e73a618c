"""HAProxy: https://docs.haproxy.org/2.6/configuration.html"""
