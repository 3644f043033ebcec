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
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `{{base}}/workspace/${file}` : { relative: true }),
  },
})
