/** What a canonical field holds. Every field may be missing: missing and null mean the same. */
export interface CollectionField {
  type: 'string' | 'number' | 'boolean'
  description: string
}

/**
 * The hub's own shapes, by collection: what records look like wherever they came from. Records may hold other fields too,
 * which no platform is told of.
 */
export const collections = {
  customers: {
    displayName: { type: 'string', description: 'What the customer is called; unique at some platforms' },
    companyName: { type: 'string', description: 'The company that the customer is or works for' },
    givenName: { type: 'string', description: 'Given name of the person' },
    familyName: { type: 'string', description: 'Family name of the person' },
    email: { type: 'string', description: 'Main e-mail address' },
    phone: { type: 'string', description: 'Main telephone number, as the platform writes it' },
    website: { type: 'string', description: 'URL of the website' },
    notes: { type: 'string', description: 'Free text' },
    'address.line1': { type: 'string', description: 'Billing address: first line' },
    'address.line2': { type: 'string', description: 'Billing address: second line' },
    'address.city': { type: 'string', description: 'Billing address: town or city' },
    'address.region': { type: 'string', description: 'Billing address: state, province or region' },
    'address.postalCode': { type: 'string', description: 'Billing address: postal code' },
    'address.country': { type: 'string', description: 'Billing address: country, as the platform writes it' },
    currency: { type: 'string', description: 'ISO 4217 code, in capitals' },
    balance: { type: 'number', description: 'What the customer owes, in units of the currency' },
  },
  repositories: {
    name: { type: 'string', description: 'Name without its owner' },
    fullName: { type: 'string', description: 'Owner and name, with a slash' },
    description: { type: 'string', description: 'One line about it' },
    private: { type: 'boolean', description: 'Whether only its members see it' },
    archived: { type: 'boolean', description: 'Whether it is read-only' },
    defaultBranch: { type: 'string', description: 'The branch that is checked out by default' },
    url: { type: 'string', description: 'Its page' },
    updatedAt: { type: 'string', description: 'ISO 8601 time of its last change' },
  },
} as const satisfies Record<string, Record<string, CollectionField>>

/** The type of a canonical field; undefined where the hub has no shape for it. */
export function fieldType(collection: string, path: string): CollectionField['type'] | undefined {
  if (!Object.hasOwn(collections, collection)) return undefined
  const fields: Record<string, CollectionField> = collections[collection as keyof typeof collections]
  return Object.hasOwn(fields, path) ? fields[path]?.type : undefined
}
