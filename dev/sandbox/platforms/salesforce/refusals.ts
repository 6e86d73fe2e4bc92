/** One thing that is wrong with a request or a row. */
export interface Mistake {
  errorCode: string
  message: string
  fields?: string[]
}

/** An answer of the API that is not a success: a list of mistakes. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export class Refusal extends Error {
  readonly status: number
  readonly mistakes: readonly Mistake[]

  constructor(status: number, errorCode: string, message: string, fields?: string[]) {
    super(`Salesforce refusal ${status}`)
    this.status = status
    this.mistakes = [{ message, errorCode, ...(fields ? { fields } : {}) }]
  }
}

export const notFound = () => new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist')
export const isDeleted = () => new Refusal(404, 'ENTITY_IS_DELETED', 'entity is deleted')
export const malformed = (message: string) => new Refusal(400, 'MALFORMED_QUERY', message)
export const noColumn = (name: string, type: string) =>
  new Refusal(400, 'INVALID_FIELD', `No such column '${name}' on entity '${type}'.`)
