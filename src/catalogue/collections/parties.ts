import { collection, flag, group, text, type Members } from './shapes.ts'

/** A postal address. */
export function address(what: string): Members[string] {
  return group({
    line1: text(`${what}: first line`),
    line2: text(`${what}: second line`),
    city: text(`${what}: town or city`),
    region: text(`${what}: state, province or region`),
    postalCode: text(`${what}: postal code`),
    country: text(`${what}: country, as the platform writes it`),
  })
}

/** What is known of whoever one deals with: a customer, a contact, a company, a lead. */
export function partyMembers(who: string): Members {
  return {
    displayName: text(`What the ${who} is called; unique at some platforms`),
    companyName: text(`The company that the ${who} is or works for`),
    givenName: text('Given name of the person'),
    familyName: text('Family name of the person'),
    email: text('Main e-mail address'),
    phone: text('Main telephone number: E.164 where the platform is mapped so, else as the platform writes it'),
    website: text('URL of the website'),
    notes: text('Free text'),
    address: address('Billing address'),
    shippingAddress: address('Shipping address'),
    taxNumber: text('Number by which a tax office knows it'),
    currency: text('ISO 4217 code, in capitals'),
    isActive: flag('Whether it is in use'),
  }
}

export const companies = collection('Companies that one deals with', partyMembers('company'))
