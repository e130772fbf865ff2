//! Facts as CEL sees them, borrowed from JSON.

use serde_json::Value;

use super::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, Container, CowVal, Entered, ExecutionError,
    Indexer, Iterable, LIST_TYPE, MAP_TYPE, Sizer, Steps, Type, Val,
};
use crate::bounds;

/// A JSON value as CEL sees it; `None` when it counts as not known: null, or larger than is looked at.
pub(super) fn borrowed<'v>(value: &'v Value, steps: &'v Steps) -> Option<Box<dyn Val + 'v>> {
    Some(match value {
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64()?)),
        },
        Value::String(text) if text.len() <= bounds::TEXT_BYTES => Box::new(CelString::from(text.as_str())),
        Value::Array(items) if items.len() <= bounds::ITEMS => {
            Box::new(Entries { items: items.iter().map(|item| borrowed(item, steps)).collect::<Option<_>>()?, steps })
        }
        Value::Object(members) if members.len() <= bounds::ITEMS => {
            let mut known = Vec::with_capacity(members.len());
            known.extend(members.iter().filter_map(|(name, member)| {
                let member = borrowed(member, steps)?;
                Some((CelString::from(name.as_str()), member))
            }));
            // serde_json may keep the order of the text.
            known.sort_by(|(one, _), (other, _)| one.inner().cmp(other.inner()));
            Box::new(Mapping { members: known, steps })
        }
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => return None,
    })
}

/// A value as it is shown: entries of long lists and of nested values are left out.
pub(super) fn shown(value: &dyn Val, depth: u8) -> Value {
    const MOST: usize = 8;
    if let Some(truth) = value.downcast_ref::<CelBool>() {
        return Value::Bool(*truth.inner());
    }
    if let Some(number) = value.downcast_ref::<CelInt>() {
        return Value::from(*number.inner());
    }
    if let Some(number) = value.downcast_ref::<CelUInt>() {
        return Value::from(*number.inner());
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return Value::from(*number.inner());
    }
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return Value::from(consnap_core::input::document::shorten(text.inner()));
    }
    if value.downcast_ref::<CelNull>().is_some() || depth > 2 {
        return Value::Null;
    }
    let more = |count: usize| (count > MOST).then(|| Value::from(format!("... {}", count.saturating_sub(MOST))));
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        let items = list.inner().iter().take(MOST).map(|item| shown(item.as_ref(), depth.saturating_add(1)));
        return Value::Array(items.chain(more(list.inner().len())).collect());
    }
    if let Some(list) = value.as_any().is_none().then(|| value.as_iterable()).flatten() {
        let mut entries = list.iter();
        let mut items = Vec::new();
        while let Some(entry) = entries.next() {
            items.push(shown(entry, depth.saturating_add(1)));
            if items.len() >= MOST {
                break;
            }
        }
        let size = value.as_sizer().map_or(0, |sizer| *sizer.size().inner());
        return Value::Array(items.into_iter().chain(more(usize::try_from(size).unwrap_or_default())).collect());
    }
    Value::Null
}

/// A list of facts.
#[derive(Debug)]
struct Entries<'v> {
    items: Vec<Box<dyn Val + 'v>>,
    steps: &'v Steps,
}

impl Val for Entries<'_> {
    fn get_type(&self) -> &Type {
        &LIST_TYPE
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Entries { items: self.items.clone(), steps: self.steps })
    }
}

impl Sizer for Entries<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.items.len()).unwrap_or(i64::MAX))
    }
}

impl Container for Entries<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        self.steps.take(u64::try_from(self.items.len() / 8).unwrap_or(u64::MAX));
        Ok(self.items.iter().any(|item| item.equals(value)))
    }
}

impl Indexer for Entries<'_> {
    fn get<'b, 'w>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let at = index.downcast_ref::<CelInt>().and_then(|at| usize::try_from(*at.inner()).ok());
        let item = at.and_then(|at| self.items.get(at)).ok_or_else(|| ExecutionError::no_such_key(""))?;
        Ok(CowVal::Borrowed(item.as_ref()))
    }

    fn steal<'w>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Iterable for Entries<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Entered<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(OverEntries { items: self.items.iter(), steps: self.steps })
    }
}

/// Goes over entries and counts them. The first one too many is not looked at: whoever evaluates sees that the steps are
/// used up.
struct OverEntries<'b, 'v> {
    items: std::slice::Iter<'b, Box<dyn Val + 'v>>,
    steps: &'b Steps,
}

impl<'b, 'v: 'w, 'w> Entered<'b, 'w> for OverEntries<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        if self.steps.take(1) { self.items.next().map(|item| -> &'b (dyn Val + 'w) { item.as_ref() }) } else { None }
    }
}

/// Goes over keys and counts them.
struct OverKeys<'b, 'v> {
    members: std::slice::Iter<'b, (CelString<'v>, Box<dyn Val + 'v>)>,
    steps: &'b Steps,
}

impl<'b, 'v: 'w, 'w> Entered<'b, 'w> for OverKeys<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        if self.steps.take(1) { self.members.next().map(|(name, _)| -> &'b (dyn Val + 'w) { name }) } else { None }
    }
}

/// A mapping of facts, its keys in order.
#[derive(Debug)]
struct Mapping<'v> {
    members: Vec<(CelString<'v>, Box<dyn Val + 'v>)>,
    steps: &'v Steps,
}

impl<'v> Mapping<'v> {
    fn find(&self, key: &dyn Val) -> Option<&(dyn Val + 'v)> {
        let key = key.downcast_ref::<CelString<'_>>()?.inner();
        let at = self.members.binary_search_by(|(name, _)| name.inner().cmp(key)).ok()?;
        self.members.get(at).map(|(_, member)| member.as_ref())
    }
}

impl Val for Mapping<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Mapping { members: self.members.clone(), steps: self.steps })
    }
}

impl Sizer for Mapping<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.members.len()).unwrap_or(i64::MAX))
    }
}

impl Container for Mapping<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key).is_some())
    }
}

impl Indexer for Mapping<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let name = || key.downcast_ref::<CelString<'_>>().map_or_else(String::new, |name| name.inner().to_owned());
        self.find(key).map(CowVal::Borrowed).ok_or_else(|| ExecutionError::no_such_key(&name()))
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Mapping<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Entered<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(OverKeys { members: self.members.iter(), steps: self.steps })
    }
}
