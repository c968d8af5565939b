#!/usr/bin/env node
// Copies the front-end libraries that pages use from node_modules to static/vendor/,
// with their licences and a manifest of checksums. Run after `npm ci`; safe to repeat.
//
// Source-map comments are removed: the maps are not shipped, and Django's
// ManifestStaticFilesStorage fails on a reference to a file that is missing.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = path.resolve(process.env.NODE_MODULES ?? path.join(ROOT, "node_modules"));
const VENDOR = path.join(ROOT, "static", "vendor");

/** package -> [folder under static/vendor, { file in the package: file in the folder }] */
const LIBRARIES = {
  ol: ["ol", { "dist/ol.js": "ol.js", "ol.css": "ol.css" }],
  "htmx.org": ["htmx", { "dist/htmx.min.js": "htmx.min.js" }],
  bootstrap: [
    "bootstrap",
    {
      "dist/css/bootstrap.min.css": "bootstrap.min.css",
      "dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    },
  ],
  tinykeys: ["tinykeys", { "dist/tinykeys.module.js": "tinykeys.js" }],
};

const SOURCE_MAP = /^[ \t]*(?:\/\/[#@]\s*sourceMappingURL=.*|\/\*[#@]\s*sourceMappingURL=[^*]*\*\/)[ \t]*$/gm;
const FOREIGN_CSS = /url\(\s*["']?\s*(?:https?:)?\/\/|@import/i;

function describe(name) {
  return JSON.parse(fs.readFileSync(path.join(MODULES, name, "package.json"), "utf8"));
}

function licenceText(name) {
  const files = fs
    .readdirSync(path.join(MODULES, name))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  return files.map((file) => fs.readFileSync(path.join(MODULES, name, file), "utf8").trim()).join("\n\n");
}

/** The package and everything it needs at run time: a bundle contains their code too. */
function withDependencies(name, found = new Set()) {
  if (found.has(name) || !fs.existsSync(path.join(MODULES, name))) return found;
  found.add(name);
  const { dependencies = {}, peerDependencies = {} } = describe(name);
  for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) {
    withDependencies(needed, found);
  }
  return found;
}

function licences(name) {
  return [...withDependencies(name)]
    .map((part) => {
      const { version, license } = describe(part);
      return `${part} ${version} (${license})\n${"=".repeat(72)}\n${licenceText(part) || "No licence file in the package."}\n`;
    })
    .join("\n\n");
}

/** Write the text and return its line of the manifest. */
function put(folder, file, text) {
  const target = path.join(VENDOR, folder, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { path: `vendor/${folder}/${file}`, bytes: Buffer.byteLength(text), sha256 };
}

function copy(name) {
  const [folder, files] = LIBRARIES[name];
  const { version, license } = describe(name);
  const copied = Object.entries(files).map(([from, to]) => {
    const text = fs.readFileSync(path.join(MODULES, name, from), "utf8").replace(SOURCE_MAP, "");
    if (to.endsWith(".css") && FOREIGN_CSS.test(text)) {
      throw new Error(`${name}/${from} refers to another origin or imports a sheet`);
    }
    if (/\bsourceMappingURL=\S+\.map\b/.test(text)) {
      throw new Error(`${name}/${from} still refers to a source map`);
    }
    return put(folder, to, text);
  });
  copied.push(put(folder, "LICENCE.txt", licences(name)));
  return { name, version, licence: license, files: copied };
}

fs.rmSync(VENDOR, { recursive: true, force: true });
const packages = Object.keys(LIBRARIES).map(copy);
fs.writeFileSync(path.join(VENDOR, "MANIFEST.json"), JSON.stringify({ packages }, null, 2) + "\n");
for (const { name, version, files } of packages) {
  console.log(`${name} ${version}: ${files.map((file) => file.path).join(", ")}`);
}
