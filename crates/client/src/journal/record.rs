//! The journal as the driver sees it.

use consnap_core::Error;
use consnap_core::base::http::HttpReply;
use consnap_core::ecs::api::ApiCall;
use consnap_core::run::session::Numbered;

use super::Journal;
use crate::driver::Record;

impl Record for Journal {
    type Error = Error;

    fn append(&mut self, numbered: &Numbered) -> Result<(), Error> {
        self.append(numbered.seq, numbered)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Journal::flush(self)
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.sync()
    }

    fn keep_reply(&mut self, call_id: u64, call: &ApiCall, reply: &HttpReply) -> Result<(), Error> {
        self.keep_reply(call_id, call.operation.name(), reply)
    }
}
