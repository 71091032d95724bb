//! Which results have which form, as far as it is known: a result that deviates from most is told when its group
//! ends. Collation decides what becomes of it, when all groups are known.

use std::cmp::Reverse;

use dayfold_contract::form::{Form, FormId};
use dayfold_contract::job::Layout;
use dayfold_contract::message::Described;
use dayfold_contract::{GroupId, GroupName};

/// So many results of one deviating form are told one by one.
const TOLD: usize = 5;

/// The forms of the results so far.
#[derive(Clone, Debug, Default)]
pub struct Forms(Vec<KnownForm>);

/// A form, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownForm {
    /// Its short name.
    pub id: FormId,
    /// What results of it have in common, where that is known.
    pub form: Option<Form>,
    /// How many results have it.
    pub groups: usize,
    /// The first of these in the plan.
    pub first: GroupId,
    /// What the input files of these look like, for tasks that care.
    pub layout: Option<Layout>,
    /// How many have been told as deviating.
    pub told: usize,
}

impl Forms {
    /// As earlier runs left them.
    pub fn new(known: Vec<KnownForm>) -> Self {
        Self(known)
    }

    /// The form of most results; of two with as many that of the first group.
    pub fn most(&self) -> Option<&KnownForm> {
        self.0.iter().max_by_key(|known| (known.groups, Reverse(known.first)))
    }

    /// What deviates among the results of earlier runs: the first group of each form that most do not have.
    pub fn deviating(&self, name: impl Fn(GroupId) -> GroupName) -> Vec<(GroupId, FormId, String)> {
        let Some(most) = self.most() else { return Vec::new() };
        let others = self.0.iter().filter(|known| known.id != most.id);
        let told = |known: &KnownForm| {
            let more = match known.groups {
                0 | 1 => String::new(),
                2 => " (so does 1 more group's)".to_owned(),
                more => format!(" (so do {} more groups')", more - 1),
            };
            (known.first, known.id, reason(known, most, &name) + &more)
        };
        others.map(told).collect()
    }

    /// Takes in a group's; if it deviates from that of most, why, to be told.
    pub fn note(
        &mut self,
        group: GroupId,
        described: Described,
        layout: Option<&Layout>,
        name: impl Fn(GroupId) -> GroupName,
    ) -> Option<String> {
        let Described { id, form } = described;
        let place = self.0.iter().position(|known| known.id == id).unwrap_or_else(|| {
            let new = KnownForm { id, form: None, groups: 0, first: group, layout: layout.cloned(), told: 0 };
            self.0.push(new);
            self.0.len() - 1
        });
        let known = self.0.get_mut(place)?;
        known.form = known.form.take().or(form);
        known.groups += 1;
        known.first = known.first.min(group);
        self.deviates(place, name)
    }

    fn deviates(&mut self, place: usize, name: impl Fn(GroupId) -> GroupName) -> Option<String> {
        let most = self.most()?.clone();
        let known = self.0.get_mut(place).filter(|known| known.id != most.id && known.told < TOLD)?;
        known.told += 1;
        let rest = if known.told == TOLD { "; more groups like it are not told one by one" } else { "" };
        Some(reason(known, &most, name) + rest)
    }
}

/// Where results of a form differ from those of most.
fn reason(known: &KnownForm, most: &KnownForm, name: impl Fn(GroupId) -> GroupName) -> String {
    let whose = match most.groups {
        0 | 1 => format!("in {}", name(most.first)),
        2 => format!("in {} and 1 other group", name(most.first)),
        more => format!("in {} and {} other groups", name(most.first), more - 1),
    };
    let difference = known.form.as_ref().zip(most.form.as_ref());
    let difference = difference.and_then(|(form, most)| form.difference(most));
    let words =
        difference.map_or_else(|| format!("it is of another form than {whose}"), |it| it.in_words(&whose));
    format!("its result does not fit the others: {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(units: &str) -> Described {
        let form = Form::new([("the units of x".to_owned(), units.to_owned(), Vec::new())]);
        Described { id: form.id(), form: Some(form) }
    }

    fn name(group: GroupId) -> GroupName {
        GroupName::new(format!("g{}", group.0))
    }

    #[test]
    fn a_group_that_deviates_from_most_is_told_with_both_sides() {
        let mut forms = Forms::default();
        let mut note = |group, units| forms.note(GroupId(group), described(units), None, name);
        assert_eq!(note(3, "K"), None);
        assert_eq!(
            note(4, "degC").as_deref(),
            Some("its result does not fit the others: the units of x is degC, and K in g3")
        );
        // as many, and earlier in the plan: now these are the ones that the others deviate from
        assert_eq!(note(1, "degC"), None);
        assert_eq!(
            note(5, "F").as_deref(),
            Some("its result does not fit the others: the units of x is F, and degC in g1 and 1 other group")
        );
        assert_eq!(forms.most().unwrap().first, GroupId(1));
    }

    #[test]
    fn of_many_alike_the_first_are_told() {
        let mut forms = Forms::default();
        (0..10).for_each(|group| assert_eq!(forms.note(GroupId(group), described("K"), None, name), None));
        let told: Vec<_> =
            (10..19).filter_map(|group| forms.note(GroupId(group), described("m"), None, name)).collect();
        assert_eq!(told.len(), TOLD);
        assert!(told[4].ends_with("more groups like it are not told one by one"), "{told:?}");
    }

    #[test]
    fn what_is_known_by_name_alone_is_told_without_the_difference() {
        let id = described("K").id;
        let known = KnownForm { id, form: None, groups: 9, first: GroupId(0), layout: None, told: 0 };
        let mut forms = Forms::new(vec![known]);
        let told = forms.note(GroupId(9), described("m"), None, name).unwrap();
        assert!(told.ends_with("it is of another form than in g0 and 8 other groups"), "{told}");
    }
}
