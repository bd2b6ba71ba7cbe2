import { resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const PAGES = ["index", "capture", "review"];
const LEAST_COMPRESSED = 1024;

/** Writes FILE.br beside what shrinks, for the service to send in its place. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          const raw = file.type === "chunk" ? file.code : file.source;
          const bytes = typeof raw === "string" ? Buffer.from(raw) : Buffer.from(raw);
          if (bytes.length < LEAST_COMPRESSED) continue;
          const source = brotliCompressSync(bytes, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
          });
          this.emitFile({ type: "asset", fileName: `${fileName}.br`, source });
        }
      },
    },
  };
}

/** Tells the service worker what the installed app keeps: pages, scripts, styles, runtime. */
function shell(): Plugin {
  return {
    name: "shell",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") throw new Error("the service worker was not built");
        const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
        const pages = PAGES.map((name) => (name === "index" ? "/" : `/${name}`));
        const files = [...pages, "/icon.svg", "/manifest.webmanifest"];
        files.push(...assets.map((name) => `/${name}`));
        worker.code = worker.code.replace('"__SHELL__"', JSON.stringify(files));
      },
    },
  };
}

/** While developing, the service answers what is not a page. */
const service = process.env.SONOGATE_SERVICE ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [shell(), compressed()],
  build: {
    target: "es2022",
    // What is inlined would need a laxer Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        ...Object.fromEntries(PAGES.map((name) => [name, resolve(__dirname, `${name}.html`)])),
        sw: resolve(__dirname, "src/sw.ts"),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/v1": service } },
  test: { include: ["src/**/*.test.ts"] },
});
