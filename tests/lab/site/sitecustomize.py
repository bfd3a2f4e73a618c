"""On the import path of a server under test: makes uvicorn listen on the port of the variable `MCPLINT_LAB_PORT`.

Examples say port 8000; several of them run at once. The host stays what the program says.
"""

import os

if os.environ.get("MCPLINT_LAB_PORT"):
    try:
        from uvicorn.config import Config
    except ImportError:
        pass
    else:
        original = Config.__init__

        def configure(self, *arguments, **keywords):
            original(self, *arguments, **keywords)
            self.port = int(os.environ["MCPLINT_LAB_PORT"])

        Config.__init__ = configure
