docker build -q --secret id=settle_key,src=settle.key -t gate:1 .
