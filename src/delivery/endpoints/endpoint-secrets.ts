/** The fields of an endpoint's secrets in the credential store. */
export const endpointSecretField = 'signing_secret'
export const endpointHeadersField = 'headers'
/** Its ed25519 private keys. */
export const endpointKeyField = 'signing_key'
export const endpointCertificateField = 'client_certificate'
