import { randomUUID } from 'node:crypto'

/** An answer of HubSpot's API that is not a success. https://developers.hubspot.com/docs/api-reference/error-handling */
export class Refusal extends Error {
  readonly status: number
  readonly body: Record<string, unknown>

  constructor(status: number, category: string, message: string, more: Record<string, unknown> = {}) {
    super(`HubSpot refusal ${status}`)
    this.status = status
    this.body = { status: 'error', message, correlationId: randomUUID(), category, ...more }
  }
}

/** What is wrong with one property's value. */
export interface BadProperty {
  name: string
  error: string
  message: string
}

export function badProperties(found: readonly BadProperty[]): Refusal {
  const listed = found.map(({ name, error, message }) => ({ isValid: false, message, error, name }))
  const errors = found.map(({ name, error, message }) => ({ message, code: error, context: { propertyName: [name] } }))
  return new Refusal(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(listed)}`, { errors })
}

export const contactExists = (id: number) => new Refusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${id}`)
export const notFound = () => new Refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
export const invalid = (message: string) => new Refusal(400, 'VALIDATION_ERROR', message)
export const missingScopes = (scope: string) =>
  new Refusal(403, 'MISSING_SCOPES', 'This app hasn’t been granted all required scopes to make this call.', {
    errors: [
      { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: [scope] } },
    ],
  })
export const tooManyCalls = (policyName: 'TEN_SECONDLY_ROLLING' | 'SECONDLY') =>
  new Refusal(
    429,
    'RATE_LIMITS',
    `You have reached your ${policyName === 'SECONDLY' ? 'secondly' : 'ten_secondly_rolling'} limit.`,
    {
      errorType: 'RATE_LIMIT',
      policyName,
    },
  )
