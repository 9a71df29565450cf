//! A directory on SeaORM.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, Select};
use vestibule::account::{Account, AccountId, CredentialChange, CredentialVersion};
use vestibule::ports::{Found, UserDirectory};
use vestibule::{BackendError, Contact, PasswordHash, async_trait};

use super::people::{Row, account, failed, member_no};

pub mod member {
    use std::fmt;

    use sea_orm::entity::prelude::*;

    #[derive(Clone, DeriveEntityModel)]
    #[sea_orm(table_name = "members")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub member_no: i64,
        pub full_name: Option<String>,
        pub language: Option<String>,
        pub pw: Option<String>,
        pub status: String,
        pub stamp: String,
    }

    /// A model must have it. A derived one would print the hash of the password wherever a model is logged.
    impl fmt::Debug for Model {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Member").field("member_no", &self.member_no).finish_non_exhaustive()
        }
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::address::Entity")]
        Address,
    }

    impl Related<super::address::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Address.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod address {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "addresses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub member_no: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rank: i64,
        pub address: String,
        pub lookup: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::member::Entity",
            from = "Column::MemberNo",
            to = "super::member::Column::MemberNo"
        )]
        Member,
    }

    impl Related<super::member::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Member.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Clone, Debug)]
pub struct SeaOrmMembers(pub DatabaseConnection);

impl SeaOrmMembers {
    /// Members and their addresses in one statement, so that a version is read with the addresses that it stands for.
    async fn read(&self, members: Select<member::Entity>) -> Result<Vec<Account>, BackendError> {
        let members = members.find_with_related(address::Entity).order_by_asc(address::Column::Rank);
        let members = members.all(&self.0).await.map_err(failed)?;
        let read = |(member, addresses): (member::Model, Vec<address::Model>)| {
            let member::Model { member_no, full_name, language, pw, status, stamp } = member;
            let addresses: Vec<_> = addresses.into_iter().map(|address| address.address).collect();
            account(Row { member_no, full_name, language, pw, status, stamp }, &addresses)
        };
        members.into_iter().map(read).collect()
    }
}

#[async_trait]
impl UserDirectory for SeaOrmMembers {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let whose = Query::select()
            .column(address::Column::MemberNo)
            .from(address::Entity)
            .and_where(Expr::col(address::Column::Lookup).eq(contact.canonical()))
            .to_owned();
        let members = member::Entity::find().filter(member::Column::MemberNo.in_subquery(whose));
        Ok(self.read(members).await?.into_iter().collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let Some(number) = member_no(id) else { return Ok(None) };
        Ok(self.read(member::Entity::find_by_id(number)).await?.pop())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let Some(number) = member_no(id) else { return Ok(None) };
        let version = CredentialVersion::random()?;
        // One statement: of several that expect the same stamp, one finds it.
        let update = member::Entity::update_many()
            .col_expr(member::Column::Pw, Expr::value(change.password.expose_for_storage()))
            .col_expr(member::Column::Stamp, Expr::value(version.as_str()))
            .col_expr(member::Column::Status, Expr::value("member"))
            .filter(member::Column::MemberNo.eq(number))
            .filter(member::Column::Stamp.eq(expected.as_str()))
            .filter(member::Column::Status.ne("left"));
        let updated = update.exec(&self.0).await.map_err(failed)?.rows_affected;
        Ok((updated == 1).then_some(version))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let Some(number) = member_no(id) else { return Ok(false) };
        let update = member::Entity::update_many()
            .col_expr(member::Column::Pw, Expr::value(new.expose_for_storage()))
            .filter(member::Column::MemberNo.eq(number))
            .filter(member::Column::Pw.eq(expected.expose_for_storage()));
        Ok(update.exec(&self.0).await.map_err(failed)?.rows_affected == 1)
    }
}
