#!/usr/bin/env node
/** Serves the notes by Streamable HTTP. */

import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

import { createServer } from "./tools.js";

const PORT = Number(process.env.NOTES_PORT || 8000);
const PUBLIC_HOST = process.env.NOTES_PUBLIC_HOST || "127.0.0.1";

// The container's own health check comes by 127.0.0.1.
const app = createMcpExpressApp({ host: "0.0.0.0", allowedHosts: [PUBLIC_HOST, "127.0.0.1"] });

app.post("/mcp", async (request, response) => {
  // Any replica answers any request: nothing is kept between two of them but the notes, and those lie in a volume.
  const server = createServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on("close", () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});

app.get("/mcp", (_request, response) => void response.sendStatus(405));

app.get("/health", (_request, response) => void response.send("ok"));

const listening = app.listen(PORT);

process.on("SIGTERM", () => {
  listening.close(() => process.exit(0));
  listening.closeAllConnections();
});
