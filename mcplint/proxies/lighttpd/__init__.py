"""lighttpd: https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_Configuration"""
