/** What Stripe answers instead of what was asked for. https://docs.stripe.com/error-codes */
export class Refusal extends Error {
  readonly status: number
  readonly error: Record<string, unknown>

  constructor(status: number, error: { message: string; code?: string; param?: string; type?: string }) {
    super(error.message)
    this.status = status
    this.error = { type: 'invalid_request_error', ...error }
  }
}

export const missing = (param: string) =>
  new Refusal(400, { code: 'parameter_missing', message: `Missing required param: ${param}.`, param })

export const unknown = (param: string) =>
  new Refusal(400, { code: 'parameter_unknown', message: `Received unknown parameter: ${param}`, param })

export const noSuch = (what: string, id: string, param = 'id', status = 404) =>
  new Refusal(status, { code: 'resource_missing', message: `No such ${what}: '${id}'`, param })
