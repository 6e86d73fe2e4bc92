import { z } from 'zod'
import { oauth2 } from './auth-code.ts'
import { apiKey } from './auth-key.ts'

export type AuthMethod = z.infer<typeof authMethod>
/** The ways to a credential; src/grants goes them. */
export const authMethod = z.discriminatedUnion('kind', [oauth2, apiKey])
