import type { ProviderDefinition } from '../../schema/definition.ts'

/** Any mail server that lets a user in by a password: RFC 5321, RFC 4954, RFC 8314. */
export const smtp = {
  id: 'smtp',
  name: 'SMTP',
  docs: 'https://www.rfc-editor.org/rfc/rfc5321',
  category: 'email',
  capabilities: ['email'],
  links: { app: 'https://www.rfc-editor.org/rfc/rfc4954', guide: 'https://www.rfc-editor.org/rfc/rfc8314' },
  environments: { production: {} },
  auth: [
    {
      kind: 'smtp',
      id: 'login',
      ask: [
        {
          name: 'host',
          label: 'Server',
          help: 'What the mail provider calls the outgoing server, such as smtp.example.com',
          pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$',
        },
        {
          name: 'port',
          label: 'Port',
          help: '587 with STARTTLS, 465 with TLS',
          pattern: '^[1-9][0-9]{0,4}$',
        },
        {
          name: 'security',
          label: 'Security',
          help: 'starttls, or tls where the connection is encrypted from the first byte',
          pattern: '^(tls|starttls)$',
        },
        { name: 'user', label: 'User', help: 'Often the e-mail address', pattern: '^[^\\x00-\\x1f]{1,320}$' },
      ],
      fields: [
        {
          name: 'password',
          label: 'Password',
          help: 'Where there is one, a password made for this program',
          secret: true,
        },
      ],
      server: '{host}',
      port: '{port}',
      security: '{security}',
      user: '{user}',
      password: '{accessToken}',
    },
  ],
  scopes: {},
  identity: { captured: 'user', login: true },
  limits: [{ kind: 'calls-at-once', per: 'connection', concurrent: 5 }],
} satisfies ProviderDefinition
