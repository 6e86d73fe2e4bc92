import { collection, instant, labels, text } from './shapes.ts'

export const members = collection('Who is on a mailing list', {
  email: text('E-mail address'),
  givenName: text('Given name'),
  familyName: text('Family name'),
  phone: text('Telephone number, as the platform writes it'),
  status: text('Whether mail is sent, in the words of the platform'),
  list: text('The list'),
  tags: labels('Words that the member is marked with'),
  joinedAt: instant('When the member joined'),
})
