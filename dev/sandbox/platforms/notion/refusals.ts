export const errorOf = (status: number, code: string, message: string) => ({ object: 'error', status, code, message })

/** An answer that is not a success. https://developers.notion.com/reference/status-codes */
export class Refusal extends Error {
  readonly status: number
  readonly body: ReturnType<typeof errorOf>

  constructor(status: number, code: string, message: string) {
    super(`Notion refusal ${status}`)
    this.status = status
    this.body = errorOf(status, code, message)
  }
}

export const invalid = (message: string) => new Refusal(400, 'validation_error', message)
/** What is gone and what was never shared look alike. */
export const notFound = (kind: string, id: string) =>
  new Refusal(
    404,
    'object_not_found',
    `Could not find ${kind} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
  )
export const noSuchUrl = () => new Refusal(400, 'invalid_request_url', 'Invalid request URL.')
