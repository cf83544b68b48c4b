-- What the first version of the program left in its tables after `flower run night.flow`, with this flow:
--
--     flow night {
--         param day: date = 2026-11-23
--         param good: bool = false
--
--         task find {
--             out names: list[str]
--             python "return {'names': ['a', 'b']}"
--         }
--
--         parallel each for name in find.names by name {
--             task copy {
--                 out rows: int
--                 sh "echo rows=3 >> $FLOW_OUT"
--             }
--             task check { when not good; sh "test {{ name }} = a" }
--             copy -> check
--         }
--
--         task approve { out by: str; ask "go on?" }
--         task report { sh "echo {{ sum(each.copy.rows) }} {{ approve.by }}" }
--         each -> report
--     }
--
-- Made with `sqlite3 .flower/flower.db .dump | grep '^INSERT INTO'`; PROJECT stands for the folder.

INSERT INTO "event" VALUES(1,1795565494584428,NULL,NULL,'deployed','{"flow":"night","version":1}');
INSERT INTO "event" VALUES(2,1795565494600682,1,NULL,'registered','{"version":1,"key":null}');
INSERT INTO "event" VALUES(3,1795565494671458,1,4,'asked','{"task":"approve","message":"go on?"}');
INSERT INTO "event" VALUES(4,1795565494897717,1,11,'failed','{"task":"each[b]/check","message":"exit code 1"}');
INSERT INTO "event" VALUES(5,1795565494899093,1,NULL,'ended','{"status":"failed"}');
INSERT INTO "flow_definition" VALUES(1,'night',1,'5c84a1ae9a57dacd93cdfd0c5db95c98ed5adc48e52c10b77e2d7abab78a27f4','PROJECT','night.flow','[{"name":"day","type":"date","has_default":true,"default":["lit","date","2026-11-23"],"where":null,"doc":"","line":2},{"name":"good","type":"bool","has_default":true,"default":false,"where":null,"doc":"","line":3}]','{}','',1,1795565494584428);
INSERT INTO "flow_run" VALUES(1,'night',1,NULL,'failed','{"day":"2026-11-23","good":false}',1795565494600682,'Etc/UTC',1795565494600682,NULL,1795565494667003,1795565494899093);
INSERT INTO "receipt" VALUES('060dc725b085429d8943a8cf707d069d','[{"name":"night","version":1,"changed":true,"previous":null}]',1795565494584428);
INSERT INTO "receipt" VALUES('dcfee52344544158818f1f08e5389365','{"id":1,"new":true}',1795565494600682);
INSERT INTO "task_attempt" VALUES(1,2,1,1,1,1,1,4832,1635953,'729d8656-389c-48b9-ad0a-b5b55fb4ce32',1795565494671458,1795565494856665,'succeeded','','',0);
INSERT INTO "task_attempt" VALUES(2,7,1,1,1,1,1,4927,1635971,'729d8656-389c-48b9-ad0a-b5b55fb4ce32',1795565494856665,1795565494884789,'succeeded','','',0);
INSERT INTO "task_attempt" VALUES(3,10,1,1,1,1,1,4926,1635971,'729d8656-389c-48b9-ad0a-b5b55fb4ce32',1795565494856665,1795565494884789,'succeeded','','',0);
INSERT INTO "task_attempt" VALUES(4,8,1,1,1,1,1,4942,1635974,'729d8656-389c-48b9-ad0a-b5b55fb4ce32',1795565494884789,1795565494899093,'succeeded','','',0);
INSERT INTO "task_attempt" VALUES(5,11,1,1,1,1,1,4941,1635974,'729d8656-389c-48b9-ad0a-b5b55fb4ce32',1795565494884789,1795565494897717,'failed','error','exit code 1',1);
INSERT INTO "task_definition" VALUES(1,0,'','','flow',NULL,'','null','[]',NULL,NULL,NULL,NULL,0,0,'',1,'1f07089895cc51bf8018bebe891867bbf0f5d68ed90f7186fdd4073803c1972e');
INSERT INTO "task_definition" VALUES(1,1,'find','find','task',0,'python','{"language":"python","parts":["return {''names'': [''a'', ''b'']}"],"bindings":[],"connection":null,"line":7}','[{"name":"names","type":{"list":"str"},"computed":false,"value":null,"early":false,"doc":""}]',NULL,NULL,NULL,NULL,0,0,'',5,'063cb4e3973c95fed6845ec907de51f97f8e1a339d7e7df99f42592bf6fc390c');
INSERT INTO "task_definition" VALUES(1,2,'each','each','group',0,'','null','[]','{"over":[["name",["out","find","names"],"str"]],"by":["item","name"],"sequential":false}',NULL,NULL,NULL,0,1,'',10,'1fcc501441a4e7e5e2a732885455af3e8cdaec521589e1541ee831da078d5bbb');
INSERT INTO "task_definition" VALUES(1,3,'each/copy','copy','task',2,'sh','{"language":"sh","parts":["echo rows=3 >> $FLOW_OUT"],"bindings":[],"connection":null,"line":13}','[{"name":"rows","type":"int","computed":false,"value":null,"early":false,"doc":""}]',NULL,NULL,NULL,NULL,0,0,'',11,'962fde1310abe6f8704c430f6cf7dd20eb460e37b0fa01698429dcc8be5d6097');
INSERT INTO "task_definition" VALUES(1,4,'each/check','check','task',2,'sh','{"language":"sh","parts":["test ",["FLOW_V1","word"]," = a"],"bindings":[["FLOW_V1",["item","name"],"str"]],"connection":null,"line":15}','[]',NULL,'["not",["param","good"]]',NULL,NULL,0,1,'',15,'115d9c2692fb7a33ede5aa4ceff32f9f90085054f773e22d9f0eb46ea1a2f0cc');
INSERT INTO "task_definition" VALUES(1,5,'approve','approve','task',0,'ask','{"ask":"go on?"}','[{"name":"by","type":"str","computed":false,"value":null,"early":false,"doc":""}]',NULL,NULL,NULL,NULL,0,0,'',19,'87d6a65e4968081c24d3a18cb0ee1061f1e9ac71d9767c2e34e4bf713f768e24');
INSERT INTO "task_definition" VALUES(1,6,'report','report','task',0,'sh','{"language":"sh","parts":["echo ",["FLOW_V1","word"]," ",["FLOW_V2","word"]],"bindings":[["FLOW_V1",["call","sum",["out","each/copy","rows"]],"int"],["FLOW_V2",["out","approve","by"],"str"]],"connection":null,"line":20}','[]',NULL,NULL,NULL,NULL,0,2,'',20,'603a79e078fe89c461c90923d6885933dddfc62240f2f86318a8e097c6205c6b');
INSERT INTO "task_dependency" VALUES(1,1,2,0,'data',10,0);
INSERT INTO "task_dependency" VALUES(1,2,6,0,'data',20,0);
INSERT INTO "task_dependency" VALUES(1,3,4,0,'chain',16,0);
INSERT INTO "task_dependency" VALUES(1,5,6,0,'data',20,0);
INSERT INTO "task_run" VALUES(1,1,0,0,0,NULL,'night','flow',1,'','',0,0,0,0,0,0,0,NULL,3,0,0,1,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "task_run" VALUES(2,1,1,0,0,1,'find','task',3,'','',0,0,0,1,0,0,0,NULL,0,0,1,1,1,1,NULL,NULL,'{"names":["a","b"]}',0,1795565494671458,1795565494856665,2);
INSERT INTO "task_run" VALUES(3,1,2,0,0,1,'each','map',4,'members','',0,0,0,0,0,0,0,NULL,1,0,0,1,0,NULL,NULL,NULL,NULL,NULL,1795565494856665,1795565494899093,4);
INSERT INTO "task_run" VALUES(4,1,5,0,0,1,'approve','task',2,'asked','go on?',0,0,0,0,0,0,0,NULL,0,0,0,1,0,NULL,NULL,NULL,NULL,NULL,1795565494671458,1795565494671458,1);
INSERT INTO "task_run" VALUES(5,1,6,0,0,1,'report','task',0,'','',2,0,0,1,0,0,0,NULL,0,0,0,1,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "task_run" VALUES(6,1,2,3,0,3,'each[a]','item',3,'','',0,0,0,0,0,0,0,NULL,0,0,0,1,0,NULL,'{"name":"a"}','a',NULL,NULL,1795565494856665,1795565494899093,4);
INSERT INTO "task_run" VALUES(7,1,3,6,0,6,'each[a]/copy','task',3,'','',0,0,0,1,0,0,0,NULL,0,0,1,1,1,2,NULL,NULL,'{"rows":3}',0,1795565494856665,1795565494884789,3);
INSERT INTO "task_run" VALUES(8,1,4,6,0,6,'each[a]/check','task',3,'','',0,0,0,1,0,0,0,NULL,0,0,1,1,1,4,NULL,NULL,NULL,0,1795565494884789,1795565494899093,5);
INSERT INTO "task_run" VALUES(9,1,2,3,1,3,'each[b]','item',4,'members','',0,0,0,0,0,0,0,NULL,1,0,0,1,0,NULL,'{"name":"b"}','b',NULL,NULL,1795565494856665,1795565494899093,3);
INSERT INTO "task_run" VALUES(10,1,3,9,0,9,'each[b]/copy','task',3,'','',0,0,0,1,0,0,0,NULL,0,0,1,1,1,3,NULL,NULL,'{"rows":3}',0,1795565494856665,1795565494884789,3);
INSERT INTO "task_run" VALUES(11,1,4,9,0,9,'each[b]/check','task',4,'error','exit code 1',0,0,0,1,0,0,0,NULL,0,0,1,1,1,5,NULL,NULL,NULL,1,1795565494884789,1795565494897717,5);
INSERT INTO "worker" VALUES(1,'vm','729d8656-389c-48b9-ad0a-b5b55fb4ce32',4601,1635866,1795565494665242,1795565494902606);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('hand_change',0);
INSERT INTO "sqlite_sequence" VALUES('event',5);
INSERT INTO "sqlite_sequence" VALUES('flow_run',1);
INSERT INTO "sqlite_sequence" VALUES('task_run',11);
INSERT INTO "sqlite_sequence" VALUES('worker',1);
INSERT INTO "sqlite_sequence" VALUES('task_attempt',5);
