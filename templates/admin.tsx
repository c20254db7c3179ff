import type { Child } from 'hono/jsx'
import type { Words } from '../src/words/en.ts'
import { CodeField } from './confirm.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Moment, ServerZone } from './moment.tsx'
import { QrCode } from './qr.tsx'
import type {
  AuditEntryView,
  AuditPageView,
  InvitationsPageView,
  MemberPageView,
  MembersPageView,
  PageContext,
  ShownOnceView,
} from './views.ts'
import { useWords } from './words.tsx'

interface Props<View> {
  page: PageContext
  view: View
}

type Place = 'members' | 'invitations' | 'audit'
const PLACES: Place[] = ['members', 'invitations', 'audit']

/** Hours that an invitation may stand, from one hour to 90 days. */
const USUAL_HOURS = [1, 24, 168, 720, 2160]

interface FrameProps {
  page: PageContext
  place: Place
  heading: string
  children?: Child
}

function Keeping({ page, place, heading, children }: FrameProps) {
  const words = useWords()
  return (
    <Layout title={words.title(heading)} page={page} kind="plain">
      <main class="keeping">
        <nav class="places" aria-label={words.admin.label}>
          {PLACES.map((one) => (
            <a class="place" href={`/admin/${one}`} aria-current={one === place ? 'page' : undefined}>
              {words.admin.places[one]}
            </a>
          ))}
        </nav>
        <h1>{heading}</h1>
        {children}
      </main>
    </Layout>
  )
}

export function MembersPage({ page, view }: Props<MembersPageView>) {
  const words = useWords().admin
  return (
    <Keeping page={page} place="members" heading={words.places.members}>
      <search>
        <form class="search" method="get" action="/admin/members">
          <div class="field">
            <label for="q" class="for-readers">
              {words.members.search}
            </label>
            <input id="q" name="q" type="search" value={view.query} placeholder={words.members.searchHint} />
          </div>
          <button type="submit">{words.members.search}</button>
        </form>
      </search>
      {view.members.length === 0 && <p>{words.members.nobody}</p>}
      <ul class="listing">
        {view.members.map((member) => (
          <li>
            <a href={`/admin/members/${member.id}`}>
              <bdi>{member.name}</bdi>
            </a>
            <p>
              <Standing member={member} />
            </p>
          </li>
        ))}
      </ul>
      <Older href={view.older && `/admin/members?${query({ q: view.query, before: view.older })}`} />
    </Keeping>
  )
}

function Standing({ member: { role, createdAt, suspendedAt } }: Pick<MemberPageView, 'member'>) {
  const { marks, admin: words } = useWords()
  return (
    <>
      {words.roles[role] + marks.comma}
      <Moment at={createdAt} words={words.members.since} />
      {suspendedAt && (
        <>
          {marks.stop}
          <strong class="suspended">
            <Moment at={suspendedAt} words={words.members.suspendedAt} />
          </strong>
        </>
      )}
    </>
  )
}

function Older({ href }: { href: string | null }) {
  const words = useWords().admin
  return (
    <>
      {href && (
        <p class="actions">
          <a href={href} rel="next">
            {words.older}
          </a>
        </p>
      )}
      <ServerZone />
    </>
  )
}

const query = (parameters: Record<string, string>) =>
  new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString()

export function MemberPage({ page, view }: Props<MemberPageView>) {
  const words = useWords().admin
  const { member } = view
  return (
    <Keeping page={page} place="members" heading={member.name}>
      <p>
        <Standing member={member} />
      </p>
      {view.mayLookAfter && (
        <>
          <Part heading={words.passwordLink.heading} about={words.passwordLink.about}>
            <Act page={page} member={member} act="password-link" label={words.passwordLink.make} />
          </Part>
          {member.suspendedAt ? (
            <Part heading={words.suspension.heading} about={words.suspension.reinstateAbout}>
              <Act page={page} member={member} act="reinstate" label={words.suspension.reinstate} />
            </Part>
          ) : (
            <Part heading={words.suspension.heading} about={words.suspension.about}>
              <Act page={page} member={member} act="suspend" label={words.suspension.suspend} undoing />
            </Part>
          )}
        </>
      )}
      {view.mayChangeRole && <RolePart page={page} view={view} />}
      {view.mayTakeHouse && <HandOver page={page} view={view} />}
      <p class="otherwise">
        <a href={`/admin/audit?member=${member.id}`}>{words.audit.of(member.name)}</a>
      </p>
    </Keeping>
  )
}

/** A heading and what it is about beside what can be done. */
function Part({ heading, about, children }: { heading: string; about: string; children?: Child }) {
  return (
    <section class="part">
      <div>
        <h2>{heading}</h2>
        <p class="hint">{about}</p>
      </div>
      <div>{children}</div>
    </section>
  )
}

interface ActProps {
  page: PageContext
  member: { id: string }
  act: string
  label: string
  /** It takes something away. */
  undoing?: boolean
  children?: Child
}

function Act({ page, member, act, label, undoing = false, children }: ActProps) {
  return (
    <form method="post" action={`/admin/members/${member.id}/${act}`}>
      <input type="hidden" name="form_token" value={page.formToken} />
      {children}
      <button type="submit" class={undoing ? 'undoing' : undefined}>
        {label}
      </button>
    </form>
  )
}

function RolePart({ page, view: { member } }: Props<MemberPageView>) {
  const words = useWords().admin.role
  const next = member.role === 'admin' ? 'member' : 'admin'
  return (
    <Part heading={words.heading} about={words.about}>
      <Act page={page} member={member} act="role" label={words.make[next]} undoing={next === 'member'}>
        <input type="hidden" name="role" value={next} />
      </Act>
    </Part>
  )
}

function HandOver({ page, view: { member, errors, asksCode } }: Props<MemberPageView>) {
  const words = useWords().admin.owner
  return (
    <Part heading={words.heading} about={words.about}>
      <ErrorSummary errors={errors} fields={['password', 'code']} />
      <Act page={page} member={member} act="owner" label={words.submit(member.name)} undoing>
        <Field
          name="password"
          type="password"
          label={words.password}
          error={errors.password}
          autocomplete="current-password"
        />
        {asksCode && <CodeField errors={errors} />}
      </Act>
    </Part>
  )
}

export function InvitationsPage({ page, view }: Props<InvitationsPageView>) {
  const { marks, admin } = useWords()
  const words = admin.invitations
  return (
    <Keeping page={page} place="invitations" heading={admin.places.invitations}>
      {view.isClosed && <p class="notice">{words.closed}</p>}
      <Part heading={words.newHeading} about={words.about}>
        <NewInvitation page={page} view={view} />
      </Part>
      {view.invitations.length === 0 && <p>{words.none}</p>}
      <ul class="listing">
        {view.invitations.map((invitation) => (
          <li>
            <div>
              <strong dir="auto">{invitation.note || words.noNote}</strong>
              <p>
                {words.states[invitation.state] + marks.stop}
                {words.usesLeft(invitation.usesLeft, invitation.uses) + marks.stop}
                <Moment at={invitation.expiresAt} words={words.until} />
                {marks.stop}
                <bdi>{words.madeBy(invitation.madeBy?.name ?? admin.former)}</bdi>
              </p>
            </div>
            {invitation.state === 'open' && (
              <form method="post" action={`/admin/invitations/${invitation.id}/withdraw`}>
                <input type="hidden" name="form_token" value={page.formToken} />
                <button type="submit" class="as-link undoing">
                  {words.withdraw}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <Older href={view.older && `/admin/invitations?before=${view.older}`} />
    </Keeping>
  )
}

function NewInvitation({ page, view: { fields, errors } }: Props<InvitationsPageView>) {
  const words = useWords().admin.invitations
  const hours = [...new Set([...USUAL_HOURS.map(String), ...(Number(fields.hours) ? [fields.hours] : [])])]
  return (
    <form method="post" action="/admin/invitations">
      <ErrorSummary errors={errors} fields={['note', 'uses', 'hours']} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <Field
        name="note"
        label={words.note}
        hint={words.noteHint}
        value={fields.note}
        error={errors.note}
        autocomplete="off"
      />
      <Field
        name="uses"
        inputmode="numeric"
        label={words.uses}
        value={fields.uses}
        error={errors.uses}
        autocomplete="off"
      />
      <div class="field">
        <label for="hours">{words.lasts}</label>
        <select
          id="hours"
          name="hours"
          aria-invalid={errors.hours ? 'true' : undefined}
          aria-describedby={errors.hours ? 'hours-error' : undefined}
        >
          {hours.map((one) => (
            <option value={one} selected={one === fields.hours}>
              {words.hours(Number(one))}
            </option>
          ))}
        </select>
        {errors.hours && (
          <p id="hours-error" class="error">
            {errors.hours}
          </p>
        )}
      </div>
      <button type="submit" class="main-act">
        {words.make}
      </button>
    </form>
  )
}

/** A link that is not to be had again: as text to copy, and for cameras. */
export function ShownOncePage({ page, view }: Props<ShownOnceView>) {
  const words = useWords().admin
  const place = view.back === '/admin/invitations' ? 'invitations' : 'members'
  return (
    <Keeping page={page} place={place} heading={view.words.heading}>
      <p>{view.words.about}</p>
      <div class="notice">
        <p>
          <strong>{words.once}</strong>
        </p>
        <p>
          <code class="shown-link">{view.link}</code>
        </p>
        <p>
          <Moment at={view.expiresAt} words={words.invitations.until} />
        </p>
      </div>
      <QrCode text={view.link} label={words.qrCode} />
      <p class="actions">
        <a class="button" href={view.back}>
          {words.back}
        </a>
      </p>
      <ServerZone />
    </Keeping>
  )
}

export function AuditPage({ page, view }: Props<AuditPageView>) {
  const words = useWords()
  return (
    <Keeping page={page} place="audit" heading={words.admin.places.audit}>
      {view.memberId && (
        <p>
          <a href="/admin/audit">{words.admin.audit.all}</a>
        </p>
      )}
      {view.entries.length === 0 && <p>{words.admin.audit.nothing}</p>}
      <ul class="listing">
        {view.entries.map((entry) => (
          <li>
            <div>
              <span>{sentenceOf(words, entry)}</span>
              <p>
                <Moment at={entry.at} /> {entry.address}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <Older href={view.older && `/admin/audit?${query({ member: view.memberId, before: view.older })}`} />
    </Keeping>
  )
}

/** What was done, as people say it. An act that this build does not know stands under its own name. */
export function sentenceOf(
  words: Words,
  { action, actor, member, details }: Pick<AuditEntryView, 'action' | 'actor' | 'member' | 'details'>,
): string {
  const named = (person: { name: string } | null) => (person ? person.name || words.admin.former : null)
  const sentences: Partial<Record<string, (said: AuditFacts) => string>> = words.audited
  const who = named(actor) ?? words.admin.someone
  const whom = named(member) ?? who
  return sentences[action]?.({ who, whom, details }) ?? who + words.marks.colon + action
}

type AuditFacts = Parameters<Words['audited'][keyof Words['audited']]>[0]
