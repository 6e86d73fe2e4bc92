import { collection, date, flag, instant, list, text } from './shapes.ts'

export const events = collection('What is in a calendar', {
  title: text('What it is called'),
  description: text('What it is about'),
  startsAt: instant('When it begins'),
  endsAt: instant('When it ends'),
  startsOn: date('The day on which it begins, where it takes whole days'),
  endsOn: date('The day behind its last, where it takes whole days'),
  allDay: flag('Whether it takes whole days'),
  timeZone: text('IANA time zone that it is planned in'),
  location: text('Where it is'),
  status: text('Whether it takes place, in the words of the platform'),
  organizer: text('E-mail address of who invites'),
  attendees: list('Who is invited', {
    email: text('E-mail address'),
    status: text('What was answered, in the words of the platform'),
  }),
  url: text('Its page'),
})
