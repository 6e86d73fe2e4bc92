/** An answer of the accounting API that is not a success, in Intuit's own shape. */
export class Fault extends Error {
  readonly status: number
  readonly body: string

  constructor(status: number, body: unknown) {
    super(`QuickBooks fault ${status}`)
    this.status = status
    this.body = JSON.stringify(body)
  }
}

/** https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes */
export function validationFault(code: string, message: string, detail: string, element = '', status = 400): Fault {
  return new Fault(status, {
    Fault: { Error: [{ Message: message, Detail: detail, code, element }], type: 'ValidationFault' },
    time: intuitTime(Date.now()),
  })
}

export const staleObject = (kind: string, id: string) =>
  validationFault(
    '5010',
    'Stale Object Error',
    `Stale Object Error : You and another user were working on ${kind.toLowerCase()} ${id} at the same time. The other user finished before you did, so your work was not saved.`,
  )

export const duplicateName = (id: number) =>
  validationFault('6240', 'Duplicate Name Exists Error', `The name supplied already exists. : Id=${id}`)

export const duplicateNumber = (number: string, kind: string, id: number) =>
  validationFault(
    '6140',
    'Duplicate Document Number Error',
    `Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber=${number} is assigned to TxnType=${kind} with TxnId=${id}`,
  )

/** Also said of what a write refers to, when that has been made inactive. */
export const notFound = () =>
  validationFault(
    '610',
    'Object Not Found',
    "Object Not Found : Something you're trying to use has been made inactive or does not exist.",
  )

export const required = (element: string) =>
  validationFault(
    '2020',
    'Required param missing, need to supply the required value for the API',
    `Required parameter ${element} is missing in the request`,
    element,
  )

export const invalid = (detail: string, element: string) =>
  validationFault('2010', 'Request has invalid or unsupported property', detail, element)

export const badReference = (detail: string) => validationFault('2500', 'Invalid Reference Id', detail)

export const tooLong = (element: string, max: number, length: number) =>
  validationFault(
    '2050',
    'String is too long',
    `String length is either shorter or longer than supported by specification: Min:0 Max:${max} supported. Supplied length:${length}`,
    element,
  )

export const wrongAmount = (supplied: string) =>
  validationFault(
    '6070',
    'Amount calculation incorrect in the request',
    `Amount calculation incorrect in the request : Amount is not equal to UnitPrice * Qty. Supplied value:${supplied}`,
  )

export const businessRule = (detail: string) =>
  validationFault(
    '6000',
    'A business validation error has occurred while processing your request',
    `Business Validation Error: ${detail}`,
  )

export const queryFault = (detail: string, code = '4000') =>
  validationFault(code, 'Error parsing query', `QueryParserError: ${detail}`)

/** The gateway before the API answers in another shape, and with another spelling. */
function gatewayFault(status: number, type: string, name: string, code: string, detail: string | null): Fault {
  const message = `message=${name}; errorCode=00${code}; statusCode=${status}`
  return new Fault(status, {
    ...{ warnings: null, intuitObject: null, fault: { error: [{ message, detail, code, element: null }], type } },
    ...{ report: null, queryResponse: null, batchItemResponse: [], attachableResponse: [], syncErrorResponse: null },
    ...{ requestId: null, time: Date.now(), status: null, cdcresponse: [] },
  })
}

export const unauthorized = (detail: string) =>
  gatewayFault(401, 'AUTHENTICATION', 'AuthenticationFailed', '3200', detail)
export const forbidden = () => gatewayFault(403, 'SERVICE', 'AuthorizationFailed', '3100', null)
export const throttled = () =>
  gatewayFault(429, 'SERVICE', 'ThrottleExceeded', '3001', 'Too many requests: the limit is per company and minute')

const offsetMs = -7 * 3_600_000

/** An instant as the API writes it: seconds, Pacific time. */
export function intuitTime(ms: number): string {
  return `${new Date(ms + offsetMs).toISOString().slice(0, 19)}-07:00`
}
