#!/usr/bin/env node
/** Serves the notes by Streamable HTTP. */

import { randomUUID } from "node:crypto";

import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";

import { createServer } from "./tools.js";

const PORT = Number(process.env.NOTES_PORT || 8000);

const app = createMcpExpressApp();
const server = createServer();
const transports = new Map<string, StreamableHTTPServerTransport>();

app.all("/mcp", async (request, response) => {
  const id = request.headers["mcp-session-id"];
  let transport = typeof id === "string" ? transports.get(id) : undefined;
  if (!transport && isInitializeRequest(request.body)) {
    const made = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (session) => void transports.set(session, made),
      onsessionclosed: (session) => void transports.delete(session),
    });
    await server.connect(made);
    transport = made;
  }
  if (!transport) {
    response.status(404).send("Session not found");
    return;
  }
  await transport.handleRequest(request, response, request.body);
});

app.get("/health", (_request, response) => void response.send("ok"));

const listening = app.listen(PORT);

process.on("SIGTERM", () => {
  listening.close(() => process.exit(0));
  listening.closeAllConnections();
});
