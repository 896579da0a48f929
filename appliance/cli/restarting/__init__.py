"""Who may restart the box's services and does it when the sync service asks: a unit of root's, or `linekeeper up`."""
