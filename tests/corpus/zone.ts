/**
 * Every machine plays the stories in one zone: the library of public holidays goes by the zone that the process had when it was loaded. Has to be
 * imported before all else.
 */
process.env['TZ'] = 'UTC';
