"""Programs in TypeScript and JavaScript, followed as Node, Bun and Deno would run them, without running them."""
