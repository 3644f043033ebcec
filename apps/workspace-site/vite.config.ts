import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The site that the server serves at `/`. Assets carry a hash of what they hold; the page names them below {{base}}, the path the server
// is mounted at, which only the server knows. Files of an older build stay until scripts/site.mjs removes them.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    emptyOutDir: false,
    assetsInlineLimit: 0,
    // Weights are watched by scripts/site.mjs.
    chunkSizeWarningLimit: 2_000,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every editor needs is one file, so that its weight can be named.
        codeSplitting: {
          groups: [
            { name: 'preload', test: /vite.preload-helper/ },
            {
              name: 'editor',
              test: /node_modules.(?:@codemirror.(?:state|view|language|commands|autocomplete|search|lang-markdown)|@lezer.(?:common|highlight|lr|markdown)|style-mod|yjs|lib0|y-)/,
            },
          ],
        },
      },
    },
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `{{base}}/workspace/${file}` : { relative: true }),
  },
})
