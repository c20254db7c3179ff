/** The database could not be reached in time. `notKnown`: a COMMIT was under way, so it may stand. */
export class NotAppended extends Error {
  constructor(
    readonly notKnown: boolean,
    cause: unknown,
  ) {
    super(notKnown ? 'The commit was under way when the database went away.' : 'Nothing was saved.', {
      cause,
    })
  }
}

/** More waits for this room than could be committed in time. Nothing was saved. */
export class RoomOverloaded extends Error {}
