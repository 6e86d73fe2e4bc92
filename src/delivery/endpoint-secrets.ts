/** The fields of an endpoint's secrets in the credential store. */
export const endpointSecretField = 'signing_secret'
export const endpointHeadersField = 'headers'
