import type { Site } from 'millrace/server'

/** The pages of the workspace, which scripts/site.mjs builds from apps/workspace-site. Their editor makes style sheets while it runs. */
export const workspaceSite: Site = {
  name: 'The workspace',
  folder: new URL('./site/', import.meta.url),
  paths: ['/', '/documents/*', '/search', '/inbox', '/import', '/trends'],
  assetsPath: '/workspace/assets',
  hasStyleNonce: true,
}
