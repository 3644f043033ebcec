/** What `npm start -- --help` prints. */
export const startHelp = `Usage: npm start

Starts the workspace, its server and its four queues in this process. Ctrl-C ends it in order. Set it up by variables, as in
  PORT=8080 REDIS_URL=redis://127.0.0.1:6379 npm start

Store
  DATA_DIR                 folder of the embedded file, the documents and the generated secret (./.millrace)
  REDIS_URL                a Redis or Valkey instead of the embedded file; several processes may share it
Server
  HOST                     address to listen on (127.0.0.1; 0.0.0.0 is every one)
  PORT                     port to listen on (3000; 0 lets the system choose)
  PUBLIC_URL               address that browsers use, when a proxy with TLS stands in front
  TRUST_PROXY              addresses or networks of proxies that may tell a client's address (none)
  CORS_ORIGINS             origins of other sites whose pages may call (none)
  RATE_LIMIT_PERFORMANCE   requests an address in 15 minutes to /api/performance (50: some 20 page loads)
  RATE_LIMIT_QUEUES        the same to the queues (200)
  LOG_LEVEL                fatal, error, warn, info, debug, trace or silent (info; warn at a terminal)
Tokens
  JWT_SECRET               secret that signs and verifies tokens, at least 32 bytes (generated in DATA_DIR/jwt-secret,
                           there as base64url; docs/tokens.md)
  JWT_PUBLIC_KEY           PEM of an issuer's public key, instead of a secret
  JWT_JWKS_URL             address of an issuer's key set, instead of a secret
  JWT_ISSUER               issuer a token must name (needed with a public key or key set)
  JWT_AUDIENCE             audience a token must name (needed with a public key or key set)
  JWT_ROLE_CLAIM           claim that holds the role viewer, operator or admin (role)

Beside it: npm run import -- <folder>, npm run worker
`
