/** An answer that is not a success. https://developers.google.com/workspace/sheets/api/troubleshoot-api-errors */
export class Refusal extends Error {
  readonly code: number
  readonly status: string

  constructor(code: number, status: string, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const invalid = (message: string) => new Refusal(400, 'INVALID_ARGUMENT', message)
export const notFound = () => new Refusal(404, 'NOT_FOUND', 'Requested entity was not found.')
