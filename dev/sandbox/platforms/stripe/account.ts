/** The account that a key opens. https://docs.stripe.com/api/accounts/object */
export function accountObject(id: string): unknown {
  const name = `Sandbox Shop ${id.slice(-3)}`
  return {
    ...{ id, object: 'account', business_type: 'company', country: 'US', default_currency: 'usd' },
    ...{ email: 'owner@example.com', charges_enabled: true, payouts_enabled: true, details_submitted: true },
    type: 'standard',
    business_profile: { name, url: 'https://shop.example.com' },
    settings: { dashboard: { display_name: name, timezone: 'Etc/UTC' } },
  }
}

/** A key as an error shows it. */
export function masked(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}` : '*'.repeat(key.length)
}
