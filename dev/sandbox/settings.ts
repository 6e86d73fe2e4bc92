import { z } from 'zod'

/** What a test or the demonstration may change while the sandbox runs. */
export const sandboxSettings = z.strictObject({
  /** Life of an access token, where the platform's end. */
  accessTokenSeconds: z.number().int().positive().default(3600),
  /** Life of a refresh token of QuickBooks, from its own issue on: 101 days there. */
  refreshTokenSeconds: z.number().int().positive().default(8_726_400),
  /**
   * For so long a refresh token that was spent already is answered again, where the platform does so; later its re-use revokes
   * the whole grant.
   */
  reuseGraceSeconds: z.number().nonnegative().default(30),
  /** How many active customers a new QuickBooks company starts with. */
  customers: z.number().int().nonnegative().default(500),
  /** Keys that Stripe accepts: the secret key and the account it opens. */
  stripeKeys: z
    .record(z.string(), z.string())
    .default({ sk_test_causewaySandboxKeyOne: 'acct_1SandboxOne', sk_test_causewaySandboxKeyTwo: 'acct_1SandboxTwo' }),
})

export type SandboxSettings = z.infer<typeof sandboxSettings>

/** An app registered at a platform. */
export interface SandboxApp {
  clientId: string
  clientSecret: string
  /** Compared exactly, as the platforms do; when there is none, any address of this machine will do. */
  redirectUris: string[]
}

export interface SandboxClient extends SandboxApp {
  platform: string
}

export const quickbooksClient = { id: 'sandbox-quickbooks', secret: 'sandbox-quickbooks-secret' }
export const githubClient = { id: 'sandbox-github', secret: 'sandbox-github-secret' }
/** A key that Stripe accepts from the start. */
export const stripeKey = 'sk_test_causewaySandboxKeyOne'
/** The token of a private app that HubSpot accepts. */
export const hubspotKey = 'pat-eu1-00000000-1111-2222-3333-444444444444'
