/** The headers of answers, declared once; operations refer to them. */
export const headers = {
  'x-request-id': {
    description: 'Leads to the log. The id that the request came with, when it is a plain token of 8 to 128 characters',
    required: true,
    schema: { type: 'string' },
  },
  'idempotent-replayed': {
    description: '`true` when this is the stored answer to an earlier request with the same Idempotency-Key',
    schema: { type: 'string', enum: ['true'] },
  },
  etag: { description: 'The version, for `If-Match`', schema: { type: 'string', examples: ['"3"'] } },
  'retry-after': {
    description: 'How many seconds to wait before the same call is worth another try',
    schema: { type: 'integer', minimum: 0 },
  },
  'causeway-error': {
    description: 'The code of the error, where the answer to a proxied call is the hub’s own and not the platform’s',
    schema: { type: 'string' },
  },
  'causeway-provider-request-id': {
    description: 'The id that the platform has given the call, where it says one',
    schema: { type: 'string' },
  },
  'www-authenticate': { description: 'How to prove who calls', schema: { type: 'string', examples: ['Bearer'] } },
} as const

/** The named headers, as an answer declares them. */
export function referTo(names: (keyof typeof headers)[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
}
