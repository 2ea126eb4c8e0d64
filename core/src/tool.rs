//! What tools do to the world, what their arguments mean, how far their results can be trusted.

mod call;
mod field;
mod manifest;
mod name;
mod path;

pub use call::ToolCall;
pub use field::{ByName, Named, Naming};
pub use manifest::{Argument, Budget, ExternalIf, ResultShape, Return, Tool, ToolOrigin};
pub(crate) use name::{name_words, singular};
pub use path::PathPattern;

use crate::label::words;

words! {
    /// What a tool does to the world.
    Effect ("effect") {
        /// Reads what the system holds.
        Read = "read",
        /// Reads from an address in its arguments: the request itself can leak.
        Fetch = "fetch",
        /// Changes the principal's own data.
        Write = "write",
        /// Sends something to others.
        Send = "send",
        /// Spends money.
        Spend = "spend",
        /// Destroys data.
        Destroy = "destroy",
        /// Changes accounts, rights or settings.
        Configure = "configure",
        /// Runs code.
        Execute = "execute",
        /// Hands work to another agent.
        Delegate = "delegate",
    }
}

impl Effect {
    /// Whether it reaches others than the principal.
    #[must_use]
    pub const fn is_outward(self) -> bool {
        matches!(self, Effect::Fetch | Effect::Send | Effect::Spend | Effect::Delegate)
    }
}

/// A set of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects(u16);

impl Effects {
    /// No effect.
    pub const NONE: Effects = Effects(0);

    /// The set with `effect` added.
    #[must_use]
    pub const fn with(self, effect: Effect) -> Self {
        Self(self.0 | 1 << effect as u16)
    }

    /// The set with all of `other` added.
    #[must_use]
    pub const fn union(self, other: Effects) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `effect` is in it.
    #[must_use]
    pub const fn has(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u16) != 0
    }

    /// Whether nothing but reading is in it.
    #[must_use]
    pub const fn only_reads(self) -> bool {
        self.0 & !(1 << Effect::Read as u16) == 0
    }

    /// Whether an outward effect is in it.
    #[must_use]
    pub fn is_outward(self) -> bool {
        self.iter().any(Effect::is_outward)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The effects, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        Effect::ALL.iter().copied().filter(move |effect| self.has(*effect))
    }
}

impl FromIterator<Effect> for Effects {
    fn from_iter<I: IntoIterator<Item = Effect>>(effects: I) -> Self {
        effects.into_iter().fold(Self::NONE, Self::with)
    }
}

words! {
    /// What an argument means.
    Role ("role") {
        /// To whom something goes: an address, an account, a person.
        Destination = "destination",
        /// Where something is fetched from or opened.
        Address = "address",
        /// The thing that is acted on.
        Object = "object",
        /// How much money or quantity.
        Amount = "amount",
        /// Another value that matters.
        Value = "value",
        /// When.
        Time = "time",
        /// What something is called.
        Title = "title",
        /// What is said or stored.
        Payload = "payload",
        /// A shell command.
        Command = "command",
        /// Program text.
        Code = "code",
        /// What is looked for.
        Query = "query",
        /// A file or directory.
        Path = "path",
        /// A password, key or token.
        Credential = "credential",
        /// Nothing that decides.
        Free = "free",
    }
}

words! {
    /// The type of an argument.
    ValueType ("type") {
        /// Text.
        String = "string",
        /// A whole number (a Cedar Long).
        Integer = "integer",
        /// A number (a Cedar decimal).
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// An e-mail address.
        Email = "email",
        /// A URL.
        Url = "url",
        /// A bank account: an IBAN or a number.
        Account = "account",
        /// A calendar date.
        Date = "date",
        /// A date with a time.
        Datetime = "datetime",
        /// A file path.
        Path = "path",
        /// Structured data.
        Object = "object",
        /// Anything.
        Any = "any",
    }
}

words! {
    /// A bounded format: what fits it cannot carry an instruction.
    Format ("format") {
        /// An identifier: one token of at most 64 characters.
        Id = "id",
        /// An e-mail address.
        Email = "email",
        /// A bank account.
        Account = "account",
        /// A date or time.
        Date = "date",
        /// A number.
        Number = "number",
        /// One of few words: one token of at most 64 characters.
        Enum = "enum",
        /// A name of at most 5 words.
        Name = "name",
        /// A URL.
        Url = "url",
        /// One line of at most 160 characters.
        Line = "line",
        /// Text without bound.
        Text = "text",
        /// True or false.
        Boolean = "boolean",
    }
}

impl Format {
    /// Whether a value that fits cannot carry an instruction. `line` and `text` can.
    #[must_use]
    pub const fn is_bounded(self) -> bool {
        !matches!(self, Format::Text | Format::Line)
    }
}

words! {
    /// What happens where something could not be decided.
    FailMode ("fail mode") {
        /// Refuse.
        Closed = "closed",
        /// Let pass, and record it.
        Open = "open",
    }
}
