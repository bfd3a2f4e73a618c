/** The notes: one Markdown file each, in a directory that every replica mounts. */

import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const DIRECTORY = process.env.NOTES_DIR || "notes";

/** The file name a title stands for: lower case, its words joined by hyphens. */
function slug(title: string): string {
  const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  if (!name) {
    throw new Error("a title needs a letter or a digit");
  }
  return name.slice(0, 80);
}

function place(title: string): string {
  return join(DIRECTORY, `${slug(title)}.md`);
}

/** Keeps the note. A reader in another replica sees the old text or the new one, never half of it. */
export async function write(title: string, text: string): Promise<void> {
  const part = join(DIRECTORY, `${randomUUID()}.part`);
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(part, text);
  await rename(part, place(title));
}

/** The note's text; an error where there is none of that title. */
export async function read(title: string): Promise<string> {
  try {
    return await readFile(place(title), "utf8");
  } catch {
    throw new Error(`there is no note '${title}'`);
  }
}

/** The names of all notes, in order. */
export async function titles(): Promise<string[]> {
  const files = await readdir(DIRECTORY).catch(() => []);
  return files.filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -3)).sort();
}
