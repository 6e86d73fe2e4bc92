import type { ProviderDefinition } from '../../schema/definition.ts'

const host = {
  name: 'host',
  label: 'Host',
  help: 'Of the address of the API what stands between https:// and the next slash',
  pattern: String.raw`^[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$`,
}
const checkPath = {
  name: 'checkPath',
  label: 'Path to check with',
  help: 'A path of the API that answers a GET when the credential is good, such as v1/me',
  pattern: '^/?[^/?#\\s]+(/[^/?#\\s]+)*$',
}
const tokenPath = {
  name: 'tokenPath',
  label: 'Path of the token endpoint',
  help: 'Such as oauth/token, at the host of the tokens',
  pattern: checkPath.pattern,
}
const place = (name: string, label: string, pattern: string) => ({
  name,
  label,
  help: 'As the API documents it',
  pattern,
})
const made = 'Where the API lets one be made'

/** Any API over HTTPS that takes a key, a user and password, or a client's token. */
export const genericHttp = {
  id: 'generic-http',
  name: 'HTTP API',
  docs: 'https://www.rfc-editor.org/rfc/rfc9110',
  category: 'custom',
  capabilities: ['http'],
  links: {
    app: 'https://www.rfc-editor.org/rfc/rfc9110#section-11',
    guide: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
  },
  environments: { production: { api: 'https://{host}' } },
  hostPatterns: { host: host.pattern, tokenHost: host.pattern },
  auth: [
    {
      kind: 'api_key',
      id: 'bearer',
      ask: [host, checkPath],
      label: 'Token',
      help: made,
      placement: { in: 'bearer' },
    },
    {
      kind: 'api_key',
      id: 'basic',
      ask: [host, checkPath],
      label: 'User and password',
      help: made,
      fields: [
        { name: 'user', label: 'User', help: made },
        { name: 'password', label: 'Password', help: made, secret: true },
      ],
      placement: { in: 'basic', user: '{user}', password: '{password}' },
    },
    {
      kind: 'api_key',
      id: 'header',
      ask: [host, checkPath, place('header', 'Header', '^[A-Za-z0-9-]{1,100}$')],
      label: 'Key',
      help: made,
      placement: { in: 'header', name: '{header}' },
    },
    {
      kind: 'api_key',
      id: 'query',
      ask: [host, checkPath, place('parameter', 'Parameter', '^[A-Za-z0-9_.-]{1,100}$')],
      label: 'Key',
      help: made,
      placement: { in: 'query', name: '{parameter}' },
    },
    {
      kind: 'client_credentials',
      id: 'client',
      ask: [host, checkPath, { ...host, name: 'tokenHost', label: 'Host of the tokens' }, tokenPath],
      fields: [
        { name: 'clientId', label: 'Client ID', help: made },
        { name: 'clientSecret', label: 'Client secret', help: made, secret: true },
      ],
      token: 'https://{tokenHost}/{+tokenPath}',
      clientAuth: 'basic',
      lifetime: { access: '1h' },
      deadGrant: [],
    },
  ],
  scopes: {},
  identity: { get: '/{+checkPath}', id: { captured: 'host' }, answer: 'any' },
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 600, window: '1m' }],
} satisfies ProviderDefinition
