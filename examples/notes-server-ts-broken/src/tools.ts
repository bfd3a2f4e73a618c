/** The MCP server with its three tools over the notes. */

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

import * as store from "./store.js";

export function createServer(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.2.0" });
  server.registerTool(
    "write_note",
    {
      description: "Keep a note under a title, in place of an earlier one.",
      inputSchema: { title: z.string(), text: z.string() },
    },
    async ({ title, text }) => {
      await store.write(title, text);
      return said(`kept '${title}'`);
    },
  );
  server.registerTool(
    "read_note",
    { description: "Read the note of that title.", inputSchema: { title: z.string() } },
    async ({ title }) => said(await store.read(title)),
  );
  server.registerTool(
    "find_notes",
    { description: "Name the notes in which a word occurs.", inputSchema: { word: z.string() } },
    async ({ word }) => {
      const found: string[] = [];
      for (const title of await store.titles()) {
        if ((await store.read(title)).toLowerCase().includes(word.toLowerCase())) {
          found.push(title);
        }
      }
      return said(found.join("\n"));
    },
  );
  return server;
}

function said(text: string) {
  return { content: [{ type: "text" as const, text }] };
}
