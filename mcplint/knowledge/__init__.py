"""What the world does, as data with its source: SDK behaviour by version, base images, registry rules, proxies."""
